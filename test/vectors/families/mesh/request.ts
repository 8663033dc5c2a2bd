/** Replays a case of a request between two workloads. */
import { isDeepStrictEqual } from 'node:util';
import { judge, type MeshVerdict } from '../../../../sim/network/mesh/judge.js';
import type { MeshObject } from '../../../../sim/network/mesh/kinds.js';
import {
  defaultMesh,
  type MeshRequest,
  type MeshSettings,
  type Token,
  type TokenLocation,
  type Workload,
} from '../../../../sim/network/mesh/request.js';

interface Party extends Omit<Workload, 'hasSidecar'> {
  readonly sidecar: boolean;
}

/** A request, the objects of its mesh, and what became of it. */
export interface RequestCase {
  readonly id: string;
  readonly source: Party;
  readonly destination: Party;
  readonly objects: readonly MeshObject[];
  readonly mesh?: Partial<MeshSettings> & { readonly extAuthz?: 'allow' | 'deny' | 'missing' };
  readonly request: Omit<MeshRequest, 'token'> & {
    readonly token?: Omit<Token, 'location'> & { readonly in?: string };
  };
  readonly expect: Readonly<Record<string, unknown>> & { readonly response: Response };
}

interface Response {
  readonly status?: number;
  readonly body?: string;
  readonly bodyStartsWith?: string;
  readonly connection?: string;
}

/** What is compared besides the response; reasons are for people, and `custom` is not told of everywhere. */
const compared = [
  'verdict',
  'by',
  'serverMode',
  'clientTls',
  'connection',
  'principal',
  'pathSeen',
  'audited',
  'dryRun',
  'rulesWithoutEffect',
] as const satisfies readonly (keyof MeshVerdict)[];

/** The first difference, if there is one. */
export function replayRequest(one: RequestCase): string | undefined {
  const { extAuthz, ...settings } = one.mesh ?? {};
  const verdict = judge(
    requestOf(one),
    { client: workload(one.source), server: workload(one.destination) },
    {
      objects: one.objects,
      mesh: { ...defaultMesh, ...(extAuthz && { externalAuthorizer: extAuthz }), ...settings },
    },
  );
  for (const field of compared) {
    if (!isDeepStrictEqual(verdict[field], one.expect[field])) {
      return difference(field, one.expect[field], verdict[field]);
    }
  }
  return responseDifference(one.expect.response, verdict.response);
}

function workload({ sidecar, ...rest }: Party): Workload {
  return { ...rest, hasSidecar: sidecar };
}

/** The Host header of a client that asks a service has the service's port. */
function requestOf({ request: { token, ...request }, destination }: RequestCase): MeshRequest {
  const [name, port] = (request.host ?? '').split(':');
  const isService = name === `${destination.name}.${destination.namespace}`;
  const servicePort = isService && port !== undefined ? Number(port) : undefined;
  if (token === undefined) return { ...request, servicePort };
  const { in: place, ...rest } = token;
  return { ...request, servicePort, token: { ...rest, location: locationOf(place) } };
}

/** `header x-jwt`, `param token`, `cookie session`; undefined: where tokens usually are. */
function locationOf(place: string | undefined): TokenLocation | undefined {
  if (place === undefined) return undefined;
  const [kind, name = '', ...prefix] = place.split(' ');
  if (kind !== 'header' && kind !== 'param' && kind !== 'cookie') {
    throw new Error(`a token in an unknown place: ${place}`);
  }
  return { kind, name, prefix: prefix.length > 0 ? `${prefix.join(' ')} ` : undefined };
}

function responseDifference(expected: Response, ours: Response): string | undefined {
  if (expected.bodyStartsWith !== undefined) {
    if (ours.body?.startsWith(expected.bodyStartsWith) !== true) {
      return difference('body', expected.bodyStartsWith, ours.body);
    }
  }
  for (const field of ['status', 'connection', 'body'] as const) {
    const isTold = field !== 'body' || expected.body !== undefined;
    if (isTold && expected[field] !== ours[field]) {
      return difference(field, expected[field], ours[field]);
    }
  }
  return undefined;
}

function difference(field: string, expected: unknown, ours: unknown): string {
  return `${field}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(ours)}`;
}
