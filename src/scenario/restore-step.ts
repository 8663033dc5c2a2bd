/** The step `restore`: makes objects as they were at an instant, owners first, before anybody acts. */
import type { KubeObject } from '../../sim/api/object.js';
import type { Cluster } from '../cluster.js';
import { RestMapper, servedPath, title } from '../backends/rest-mapper.js';
import type { SimulatedCluster } from '../backends/sim.js';
import type { Manifest } from '../input/manifests.js';
import { relinked } from './relink.js';
import { takeOver, titleOf, type TakeOver } from './take-over.js';

/** An object that the cluster refused. */
export interface RefusedObject {
  readonly manifest: Manifest;
  readonly status: number;
  readonly message: string;
}

/**
 * Takes over what is recorded with its state, where there is a simulation for it; creates the others in
 * their order. In the simulation no time goes by between them, so that nothing
 * acts on a half of them; pods that have a node start on it. What is there already is left as it is.
 */
export async function restore(
  cluster: Cluster,
  manifests: readonly Manifest[],
  recorded?: Pick<TakeOver, 'state' | 'events'>,
): Promise<readonly RefusedObject[]> {
  const mapper = new RestMapper(request => cluster.request(request));
  const uids = new Map<string, string>();
  const refused: RefusedObject[] = [];
  const taken = await takenOver(cluster, mapper, recorded);
  for (const manifest of manifests) {
    const { object } = manifest;
    if (taken.has(titleOf(object))) continue;
    const { apiVersion = '', kind = '', metadata } = object;
    const served = await mapper.find(apiVersion, kind);
    if (served === undefined) {
      const message = `the server serves no kind ${kind} of ${apiVersion}`;
      refused.push({ manifest, status: 404, message });
      continue;
    }
    const body = relinked(object, (...key) => uids.get(key.join(' ')));
    const path = servedPath(served, metadata);
    const collection = servedPath(served, { namespace: metadata.namespace });
    const isNode = kind === 'Node';
    const answer = isNode
      ? await cordon(cluster, path, object)
      : await cluster.request({ method: 'POST', path: collection, body });
    if (answer.status === 409) {
      const there = await cluster.request({ method: 'GET', path });
      if (there.status === 200) keep(uids, there.body as KubeObject, kind);
      continue;
    }
    if (answer.status >= 300) {
      const { message = `${title(object)}: ${answer.status}` } = answer.body as {
        readonly message?: string;
      };
      refused.push({ manifest, status: answer.status, message });
    } else keep(uids, answer.body as KubeObject, kind);
  }
  return refused;
}

/** What the simulation begins with as it was; other clusters get all of it by requests. */
async function takenOver(
  cluster: Cluster,
  mapper: RestMapper,
  recorded: Pick<TakeOver, 'state' | 'events'> | undefined,
): Promise<ReadonlySet<string>> {
  if (recorded === undefined || !isSimulated(cluster)) return new Set();
  return takeOver(cluster.simulation, { ...recorded, served: () => mapper.refreshed() });
}

function isSimulated(cluster: Cluster): cluster is SimulatedCluster {
  return 'simulation' in cluster;
}

function keep(uids: Map<string, string>, { metadata }: KubeObject, kind: string): void {
  const { namespace = '', name = '', uid = '' } = metadata;
  uids.set([kind, namespace, name].join(' '), uid);
}

/** Nodes are there from the beginning: only whether pods may come to them is restored. */
function cordon(cluster: Cluster, path: string, node: KubeObject): ReturnType<Cluster['request']> {
  const { unschedulable = false } = (node['spec'] ?? {}) as { readonly unschedulable?: boolean };
  return cluster.request({
    method: 'PATCH',
    path,
    headers: { 'content-type': 'application/merge-patch+json', accept: 'application/json' },
    body: { spec: { unschedulable: unschedulable ? true : null } },
  });
}
