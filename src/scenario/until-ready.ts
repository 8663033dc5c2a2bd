/** `seatrial up --wait`: lets virtual time go by until all that runs is ready, as kind's and Helm's --wait do in real time. */
import { isRecord } from '../../sim/api/equality.js';
import type { Pod } from '../../sim/api/kinds/core.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { Cluster } from '../cluster.js';
import { exitCodes, UserError } from '../input/errors.js';
import { podLabelsOf, whyNotReady } from './why-not-ready.js';

/** Operators have written by then what they make of their objects. */
const settleMs = 5_000;
const workloads = [
  ['Deployment', '/apis/apps/v1/deployments'],
  ['StatefulSet', '/apis/apps/v1/statefulsets'],
  ['DaemonSet', '/apis/apps/v1/daemonsets'],
] as const;

/**
 * Waits for all replicas of Deployments, StatefulSets and DaemonSets, and for the manifests' own pods.
 *
 * @throws UserError that names what is not ready, and why, when the time is over.
 */
export async function untilReady(
  cluster: Cluster,
  { withinMs, text, objects }: { withinMs: number; text: string; objects: readonly KubeObject[] },
): Promise<void> {
  const pods = objects.filter(({ kind, apiVersion }) => kind === 'Pod' && apiVersion === 'v1');
  let waiting: readonly string[] = [];
  await cluster.advance(Math.min(settleMs, withinMs));
  const isReady = await cluster.until(
    async () => (waiting = await unready(cluster, pods)).length === 0,
    { within: Math.max(withinMs - settleMs, 0) },
  );
  if (isReady) return;
  const [first = '', ...more] = waiting;
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  throw new UserError(`not ready within ${text}: ${first}${others}; the cluster was not kept`, {
    exitCode: exitCodes.broken,
    code: 'not-ready',
    next: 'mend that, give it more time, or start it without --wait and look: kubectl get pods -A',
  });
}

/** What is not ready, each with what its pods wait for. */
async function unready(cluster: Cluster, own: readonly KubeObject[]): Promise<readonly string[]> {
  const all = await listed(cluster, '/api/v1/pods');
  const late: string[] = [];
  for (const [kind, path] of workloads) {
    for (const object of await listed(cluster, path)) {
      if (isWhole(object)) continue;
      const labels = podLabelsOf(object)?.split(',') ?? [];
      const pods = all.filter(pod => isOf(pod, object, labels));
      late.push(`${kind} ${titleOf(object)}: ${whyOf(object, pods)}`);
    }
  }
  for (const { metadata } of own) {
    const pod = all.find(one => titleOf(one) === titleOf({ metadata }));
    const why = pod && whyNotReady(pod, [pod as unknown as Pod]);
    if (why !== undefined) late.push(`Pod ${titleOf({ metadata })}: ${why}`);
  }
  return late;
}

async function listed(cluster: Cluster, path: string): Promise<readonly KubeObject[]> {
  const { body } = await cluster.request({ method: 'GET', path }, undefined, {
    omitsManagedFields: true,
  });
  // The wire: a list of the API server.
  return (body as { readonly items?: readonly KubeObject[] }).items ?? [];
}

const whyOf = (object: KubeObject, pods: readonly KubeObject[]): string =>
  whyNotReady(object, pods as unknown as readonly Pod[]) ?? 'its replicas are not all there yet';

const titleOf = ({
  metadata: { namespace = 'default', name = '' },
}: Pick<KubeObject, 'metadata'>) => `${namespace}/${name}`;

function isOf(pod: KubeObject, { metadata }: KubeObject, labels: readonly string[]): boolean {
  if (pod.metadata.namespace !== metadata.namespace || labels.length === 0) return false;
  return labels.every(pair => {
    const [key = '', value] = pair.split('=');
    return pod.metadata.labels?.[key] === value;
  });
}

/** Whether its controller has seen it as it stands, and all its replicas are ready and of this revision. */
function isWhole({ metadata, spec, status }: KubeObject): boolean {
  if (!isRecord(spec) || !isRecord(status)) return false;
  const count = (name: string): number => {
    const value = status[name];
    return typeof value === 'number' ? value : 0;
  };
  if (count('observedGeneration') < (metadata.generation ?? 0)) return false;
  const isDaemonSet = !('replicas' in spec) && 'desiredNumberScheduled' in status;
  if (isDaemonSet) return count('numberReady') >= count('desiredNumberScheduled');
  return count('readyReplicas') >= (typeof spec['replicas'] === 'number' ? spec['replicas'] : 1);
}
