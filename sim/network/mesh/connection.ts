/** Whether the two sidecars come to terms, and whom the server then takes the client for. */
import type { ClientTls } from './client-tls.js';
import type { ServerMode } from './peer-authentication.js';
import type { MeshSettings, Workload } from './request.js';

/** A connection that stands, or why there is none. */
export type Connection =
  | {
      readonly kind: 'open';
      /** Undefined: the server knows nobody. `<trust domain>/ns/<namespace>/sa/<account>`. */
      readonly principal: string | undefined;
    }
  | { readonly kind: 'plaintext-refused' | 'tls-refused'; readonly reason: string };

/** What becomes of a connection that a client opens so, to a server of this mode. */
export function connectionOf(
  { tls }: ClientTls,
  { client, server, mode }: { client: Workload; server: Workload; mode: ServerMode },
  mesh: MeshSettings,
): Connection {
  if (tls === 'plaintext') {
    if (mode !== 'STRICT') return { kind: 'open', principal: undefined };
    const reason = 'server is STRICT, client sends plaintext';
    return { kind: 'plaintext-refused', reason };
  }
  if (mode === 'none') return tlsRefused('client starts TLS, server has no sidecar');
  if (mode === 'DISABLE') return tlsRefused('server is DISABLE, client starts TLS');
  if (tls === 'tls') {
    return tlsRefused('server wants a mesh certificate, client sends none');
  }
  if (tls === 'custom-mtls') {
    return tlsRefused("client's own certificate is not signed by the mesh's root");
  }
  if (!isKnown(client, mesh)) {
    return tlsRefused('client certificate is of a trust domain the mesh does not know');
  }
  if (!isKnown(server, mesh)) {
    return tlsRefused('server certificate is of a trust domain the mesh does not know');
  }
  return { kind: 'open', principal: principalOf(client, mesh) };
}

function tlsRefused(reason: string): Connection {
  return { kind: 'tls-refused', reason };
}

function trustDomainOf(workload: Workload, mesh: MeshSettings): string {
  return workload.trustDomain ?? mesh.trustDomain;
}

function isKnown(workload: Workload, mesh: MeshSettings): boolean {
  return [mesh.trustDomain, ...mesh.trustDomainAliases].includes(trustDomainOf(workload, mesh));
}

function principalOf(workload: Workload, mesh: MeshSettings): string {
  const { namespace, serviceAccount } = workload;
  return `${trustDomainOf(workload, mesh)}/ns/${namespace}/sa/${serviceAccount}`;
}
