/** What becomes of a request between two workloads of a mesh: who is encrypted, who is let in, what is seen. */
import { authorizationOf } from './authorization.js';
import { clientTls, type ClientTls } from './client-tls.js';
import { connectionOf } from './connection.js';
import { decide } from './decide.js';
import { factsOf, type Facts } from './facts.js';
import type { MeshObject } from './kinds.js';
import { normalizePath } from './path.js';
import { serverMode, type ServerMode } from './peer-authentication.js';
import type { MeshRequest, MeshSettings, Workload } from './request.js';
import { answered, refused, type MeshResponse } from './response.js';
import { checkToken } from './token.js';

/** What the mesh makes of a request. */
export interface MeshVerdict {
  readonly verdict:
    'allow' | 'deny' | 'unauthenticated' | 'plaintext-refused' | 'tls-refused' | 'bad-request';
  readonly reason: string;
  readonly serverMode: ServerMode;
  readonly clientTls: ClientTls['tls'];
  readonly clientTlsReason: string;
  readonly response: MeshResponse;
  /** Undefined: there is none. */
  readonly connection?: 'mtls' | 'plaintext' | undefined;
  /** The client, as the server knows it. */
  readonly principal?: string | undefined;
  /** The path that policies and the application see, if it is not the one that was asked for. */
  readonly pathSeen?: string | undefined;
  /** The rule that decided, or `none`. */
  readonly by?: string | undefined;
  readonly custom?: readonly string[] | undefined;
  readonly audited?: readonly string[] | undefined;
  /** Policies that are only tried. */
  readonly dryRun?: readonly string[] | undefined;
  readonly rulesWithoutEffect?: readonly string[] | undefined;
}

/** The two ends of a request. */
export interface Ends {
  readonly client: Workload;
  readonly server: Workload;
}

/** Judges a request by the objects of a mesh. */
export function judge(
  request: MeshRequest,
  ends: Ends,
  { objects, mesh }: { objects: readonly MeshObject[]; mesh: MeshSettings },
): MeshVerdict {
  const { client, server } = ends;
  const mode = serverMode(
    ofKind(objects, 'PeerAuthentication'),
    { workload: server, port: request.port },
    mesh,
  );
  const port = request.servicePort ?? request.port;
  const tls = clientTls(ofKind(objects, 'DestinationRule'), { ...ends, port, mode }, mesh);
  const connection = connectionOf(tls, { ...ends, mode }, mesh);
  const known = { serverMode: mode, clientTls: tls.tls, clientTlsReason: tls.reason };
  if (connection.kind !== 'open') {
    const { kind: verdict, reason } = connection;
    const response = refused(connection, { client, request, tls });
    // Without a sidecar there is a connection: what is sent over it is not understood.
    const clear = mode === 'none' ? ({ connection: 'plaintext' } as const) : {};
    return { ...known, ...clear, verdict, reason, response };
  }
  const { principal } = connection;
  const open = { ...known, principal, connection: principal ? 'mtls' : 'plaintext' } as const;
  if (mode === 'none' && server.isGateway !== true) {
    const reason = 'destination has no sidecar: no mesh policy applies';
    const decision = { verdict: 'allow', reason } as const;
    return { ...open, ...decision, response: answered(decision, request) };
  }
  const path = normalizePath(mesh.pathNormalization, request.path ?? '/');
  if (path === undefined) {
    const reason = 'the path cannot be normalized';
    return { ...open, verdict: 'bad-request', reason, response: { status: 400 } };
  }
  const facts = factsOf(request, ends, { connection, path });
  return { ...open, ...decided(request, facts, { server, objects, mesh }) };
}

/** What the server's sidecar makes of a request that it understands. */
function decided(
  request: MeshRequest,
  facts: Facts,
  {
    server: workload,
    objects,
    mesh,
  }: { server: Workload; objects: readonly MeshObject[]; mesh: MeshSettings },
): Omit<MeshVerdict, 'serverMode' | 'clientTls' | 'clientTlsReason' | 'connection' | 'principal'> {
  const { http } = facts;
  const policies = ofKind(objects, 'AuthorizationPolicy');
  const { protocol } = request;
  const authorization = authorizationOf(policies, { workload, protocol }, mesh);
  const checks = ofKind(objects, 'RequestAuthentication');
  const token = checkToken(http && request.token, checks, { workload, mesh });
  const decision = decide(authorization, facts, { token, mesh });
  const { verdict, reason, by, custom, audited } = decision;
  return {
    ...{ verdict, reason, by, custom, audited },
    response: answered(decision, request),
    pathSeen: http && http.path !== request.path ? http.path : undefined,
    dryRun: some(authorization.dryRun),
    rulesWithoutEffect: some(authorization.withoutEffect),
  };
}

function some(names: readonly string[]): readonly string[] | undefined {
  return names.length > 0 ? names : undefined;
}

function ofKind<Kind extends MeshObject['kind']>(
  objects: readonly MeshObject[],
  kind: Kind,
): readonly Extract<MeshObject, { kind: Kind }>[] {
  return objects.filter(
    (object): object is Extract<MeshObject, { kind: Kind }> => object.kind === kind,
  );
}
