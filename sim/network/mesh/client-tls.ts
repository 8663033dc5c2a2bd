/**
 * How a client's sidecar opens a connection.
 * @upstream pilot/pkg/networking/core/cluster_tls.go, pilot/pkg/xds/endpoints/mtls_checker.go
 */
import { tlsMode, trafficPolicy } from './destination-rule.js';
import type { DestinationRule } from './kinds.js';
import type { ServerMode } from './peer-authentication.js';
import type { MeshSettings, Workload } from './request.js';

/** What a client starts with: `mtls` shows the mesh's certificate, `custom-mtls` one of its own. */
export interface ClientTls {
  readonly tls: 'plaintext' | 'mtls' | 'tls' | 'custom-mtls';
  readonly reason: string;
}

/** How a client opens a connection to a port of a service. */
export function clientTls(
  rules: readonly DestinationRule[],
  {
    client,
    server,
    port,
    mode,
  }: { client: Workload; server: Workload; port: number; mode: ServerMode },
  mesh: MeshSettings,
): ClientTls {
  if (!client.hasSidecar) return plaintext('source has no sidecar');
  const asked = tlsMode(trafficPolicy(rules, { client, server }, mesh), port);
  if (asked !== undefined) return byRule(asked);
  if (!mesh.enableAutoMtls) {
    return plaintext('auto mTLS is off and no DestinationRule sets TLS');
  }
  if (mode === 'none') return plaintext('auto mTLS: destination has no sidecar');
  if (mode === 'DISABLE') {
    return plaintext("auto mTLS: destination's PeerAuthentication is DISABLE");
  }
  return { tls: 'mtls', reason: 'auto mTLS' };
}

function plaintext(reason: string): ClientTls {
  return { tls: 'plaintext', reason };
}

function byRule(mode: string): ClientTls {
  const reason = `DestinationRule tls ${mode}`;
  switch (mode) {
    case 'ISTIO_MUTUAL':
      return { tls: 'mtls', reason };
    case 'SIMPLE':
      return { tls: 'tls', reason };
    case 'MUTUAL':
      return { tls: 'custom-mtls', reason };
    default:
      return plaintext(reason);
  }
}
