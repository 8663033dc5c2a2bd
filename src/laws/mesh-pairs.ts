/** What the sidecars of a mesh deny between two pods, by a history's objects. */
import type { Pod } from '../../sim/api/kinds/core.js';
import type { MeshObject } from '../../sim/network/mesh/kinds.js';
import { hasSidecar } from '../../sim/network/mesh/sidecar.js';
import { judgeTraffic } from '../../sim/network/mesh/traffic.js';
import { keyOf } from '../../sim/api/meta.js';
import type { World } from './world.js';

/** The resources by which sidecars judge connections from pod to pod, and the kinds of their objects. */
export const meshResources = {
  'peerauthentications.security.istio.io': 'PeerAuthentication',
  'authorizationpolicies.security.istio.io': 'AuthorizationPolicy',
  'requestauthentications.security.istio.io': 'RequestAuthentication',
} as const;

type MeshResource = keyof typeof meshResources;

/** An attempt, which asks for any page at the address of a pod. */
interface MeshAttempt {
  readonly from: Pod | undefined;
  readonly to: Pod;
  readonly port: number;
  readonly protocol: string;
}

/** Whether the sidecars of the moment deny it. */
export function isDeniedByMesh(
  { from, to, port, protocol }: MeshAttempt,
  { objects, nowMs }: { readonly objects: readonly MeshObject[]; readonly nowMs: number },
): boolean {
  const hasAny = hasSidecar(to) || (from !== undefined && hasSidecar(from));
  if (protocol !== 'TCP' || !hasAny) return false;
  const serverIp = to.status?.podIP ?? '';
  const payload = { protocol: 'http', method: 'GET', path: '/', body: '' };
  const verdict = judgeTraffic(
    {
      client: from,
      clientIp: from?.status?.podIP ?? '',
      ...{ server: to, serverIp, port, host: `${serverIp}:${port}`, payload },
    },
    { objects, nowMs },
  );
  return verdict !== undefined && verdict.verdict !== 'allow';
}

/** The policies of these namespaces, and of the mesh as a whole, by kind and key. */
export function meshPoliciesOf(
  objects: readonly MeshObject[],
  namespaces: readonly string[],
): readonly string[] {
  const all = ['istio-system', ...namespaces];
  return objects
    .filter(({ metadata }) => all.includes(metadata.namespace ?? ''))
    .map(object => `${object.kind} ${keyOf(object)}`);
}

/** The policies of the moment, for all attempts until one of them changes. */
export function meshObjectsOf(world: World): readonly MeshObject[] {
  return (Object.keys(meshResources) as MeshResource[]).flatMap(resource =>
    // The definitions of the kinds see to their shapes.
    [...world.all(resource)].map(
      object => ({ ...object, kind: meshResources[resource] }) as unknown as MeshObject,
    ),
  );
}
