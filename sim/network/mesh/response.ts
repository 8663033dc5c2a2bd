/** What the application's client gets to see of a decision. */
import type { ClientTls } from './client-tls.js';
import type { Decision } from './decide.js';
import type { Connection } from './connection.js';
import type { MeshRequest, Workload } from './request.js';

/** An answer, or what becomes of a connection on which there are none. */
export type MeshResponse =
  | {
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly connection: 'established' | 'reset' | 'closed' };

const disconnected = 'upstream connect error or disconnect/reset before headers. reset reason: ';
const tlsError =
  'remote connection failure, transport failure reason: ' +
  'TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end';

/** What a client gets when the two sidecars come to no terms: its own answers for the server. */
export function refused(
  { kind }: Exclude<Connection, { kind: 'open' }>,
  { client, request }: { client: Workload; request: MeshRequest; tls: ClientTls },
): MeshResponse {
  if (!client.hasSidecar || request.protocol === 'tcp') return { connection: 'reset' };
  const detail = kind === 'tls-refused' ? tlsError : 'connection termination';
  return { status: 503, body: disconnected + detail };
}

/** What a client gets over an open connection. */
export function answered(decision: Decision, request: MeshRequest): MeshResponse {
  if (request.protocol === 'tcp') {
    return { connection: decision.verdict === 'allow' ? 'established' : 'closed' };
  }
  switch (decision.verdict) {
    case 'allow':
      return { status: 200 };
    case 'deny':
      // What an external authorizer answers is its own affair.
      return decision.isExternal ? { status: 403 } : { status: 403, body: 'RBAC: access denied' };
    case 'unauthenticated':
      return {
        status: decision.status,
        body: decision.body,
        headers: { 'www-authenticate': challenge(request) },
      };
  }
}

function challenge({ host = '', path = '/' }: MeshRequest): string {
  return `Bearer realm="http://${host}${path}", error="invalid_token"`;
}
