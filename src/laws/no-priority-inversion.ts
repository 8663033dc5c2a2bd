/** A pod of higher priority does not wait while evicting pods of lower priority would make room. */
import type { Node, Pod } from '../../sim/api/kinds/core.js';
import { keyOf } from '../../sim/api/meta.js';
import { milliValueOf } from '../../sim/api/quantity.js';
import { PodInfo } from '../../sim/scheduler/pod-info.js';
import { hasUntoleratedTaint } from '../../sim/scheduler/tolerations.js';
import { isOnNode } from './kit/placement.js';
import { requestsOf } from './kit/requests.js';
import { law, type Breach, type Change, type Judge } from './law.js';
import { inOrder, lengthOf, nameOf, written } from './story.js';
import type { World } from './world.js';

interface Waiting {
  readonly change: Change<Pod>;
  /** Since when a node could be cleared for it, at every look. */
  couldSinceMs: number | undefined;
}

interface Way {
  readonly node: string;
  readonly victims: readonly Pod[];
}

const defaults = {
  /** A pod may wait for so long although preemption could help it. */
  waitMaxMs: 60_000,
  /** So often it is looked whether preemption could help. */
  lookEveryMs: 5_000,
};

/**
 * Preemption can help when, on one node whose selector, taints and cordon suit the pod, the requests of
 * all pods of its priority or above leave room, a lower one is there, and none is on its way out. Pods
 * that wait for volumes, devices or other pods, that are gated or may not preempt, are not judged, nor are
 * members of gangs: room for one of them is no room for all.
 */
export const noPriorityInversion = law({
  name: 'no-priority-inversion',
  family: 'scheduling',
  says: 'no pod waits for long while evicting pods of lower priority would make room for it',
  source: 'https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/',
  settings: defaults,
  begin: settings => new Inversions(settings),
});

class Inversions implements Judge {
  readonly on = { pods: (change: Change<Pod>, world: World) => this.pod(change, world) };
  private readonly waiting = new Map<string, Waiting>();
  private readonly breaches: Breach[] = [];
  private looked = 0;
  /** The lowest priority that was ever seen: nobody waits for anything below it. */
  private lowest = Infinity;

  constructor(private readonly settings: typeof defaults) {}

  end(): { looked: number; breaches: readonly Breach[] } {
    return { looked: this.looked, breaches: this.breaches };
  }

  private pod(change: Change<Pod>, world: World): void {
    const { object: pod, before, type } = change;
    if (type === 'MODIFIED' && isWaiting(pod) === (before !== undefined && isWaiting(before)))
      return;
    const key = pod.metadata.uid ?? keyOf(pod);
    this.lowest = Math.min(this.lowest, pod.spec?.priority ?? 0);
    if (type === 'DELETED' || !isWaiting(pod)) return void this.waiting.delete(key);
    const waiting: Waiting = { change, couldSinceMs: undefined };
    this.waiting.set(key, waiting);
    this.lookLater(key, waiting, world);
  }

  private lookLater(key: string, waiting: Waiting, world: World): void {
    world.at(world.now() + this.settings.lookEveryMs, () => {
      if (this.waiting.get(key) !== waiting) return;
      if (!this.look(waiting, world)) return void this.waiting.delete(key);
      this.lookLater(key, waiting, world);
    });
  }

  /** Returns whether there is reason to look again. */
  private look(waiting: Waiting, world: World): boolean {
    const { object } = waiting.change;
    const pod = world.get('pods', keyOf(object)) ?? object;
    if ((pod.spec?.priority ?? 0) <= this.lowest) return true;
    const way = wayFor(pod, world);
    if (waiting.couldSinceMs === undefined) this.looked++;
    if (way === undefined) {
      waiting.couldSinceMs = undefined;
      return true;
    }
    waiting.couldSinceMs ??= world.now();
    const waitedMs = world.now() - waiting.couldSinceMs;
    if (waitedMs <= this.settings.waitMaxMs) return true;
    this.tell(waiting, way, waitedMs, world);
    return false;
  }

  private tell({ change }: Waiting, { node, victims }: Way, waitedMs: number, world: World): void {
    const name = nameOf(change.object);
    const lower = victims.map(nameOf);
    const lines = victims.map(victim => {
      const last = world.last('pods', keyOf(victim));
      const what = `it has priority ${victim.spec?.priority ?? 0} and is on ${node}`;
      return last && written(last, what);
    });
    this.breaches.push({
      timeMs: world.now(),
      what: `${name} waits for ${lengthOf(waitedMs)} although evicting ${lower.join(', ')} from Node ${node} would make room`,
      objects: [name, ...lower, `Node ${node}`],
      evidence: inOrder([
        written(change, `it has priority ${change.object.spec?.priority ?? 0} and waits`),
        ...lines,
      ]),
    });
  }
}

/** Whether it waits for a node that preemption could give it. */
function isWaiting({ metadata, spec, status }: Pod): boolean {
  const isPending = (spec?.nodeName ?? '') === '' && metadata.deletionTimestamp === undefined;
  if (!isPending || spec === undefined || status?.phase === 'Failed') return false;
  const { affinity, volumes = [] } = spec;
  const isSimple =
    affinity?.podAffinity === undefined &&
    affinity?.podAntiAffinity === undefined &&
    spec.topologySpreadConstraints === undefined &&
    spec.resourceClaims === undefined &&
    spec.schedulingGroup === undefined &&
    !volumes.some(one => one.persistentVolumeClaim !== undefined || one.ephemeral !== undefined);
  const isFree = (spec.schedulingGates ?? []).length === 0 && spec.preemptionPolicy !== 'Never';
  return isSimple && isFree && (spec.schedulerName ?? 'default-scheduler') === 'default-scheduler';
}

/** A node that evictions would clear for the pod, and who would have to go. */
function wayFor(pod: Pod, world: World): Way | undefined {
  const info = new PodInfo(pod);
  const byNode = new Map<string, Pod[]>();
  const promised = new Map<string, Pod[]>();
  for (const other of world.all('pods')) {
    if (isOnNode(other)) push(byNode, other.spec?.nodeName ?? '', other);
    else if (other !== pod) push(promised, other.status?.nominatedNodeName ?? '', other);
  }
  for (const node of world.all('nodes')) {
    const name = node.metadata.name ?? '';
    const pods = byNode.get(name) ?? [];
    const lower = pods.filter(other => priorityOf(other) < info.priority);
    if (lower.length === 0 || !suits(info, node)) continue;
    if (pods.some(({ metadata }) => metadata.deletionTimestamp !== undefined)) continue;
    const staying = pods.filter(other => priorityOf(other) >= info.priority);
    const coming = (promised.get(name) ?? []).filter(other => priorityOf(other) >= info.priority);
    if (coming.length === 0 && fits(pod, node, staying)) return { node: name, victims: lower };
  }
  return undefined;
}

function suits(pod: PodInfo, node: Node): boolean {
  const isReady = node.status?.conditions?.some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  );
  return (
    isReady === true &&
    node.spec?.unschedulable !== true &&
    pod.hostPorts.length === 0 &&
    pod.nodeAffinity?.(node) !== false &&
    !hasUntoleratedTaint(node.spec?.taints, pod.tolerations, { comparesNumbers: true })
  );
}

function fits(pod: Pod, node: Node, others: readonly Pod[]): boolean {
  for (const [resource, wanted] of requestsOf(pod)) {
    if (wanted === 0) continue;
    const taken = others.reduce((sum, one) => sum + (requestsOf(one).get(resource) ?? 0), 0);
    if (taken + wanted > milliValueOf(node.status?.allocatable?.[resource])) return false;
  }
  return true;
}

function priorityOf({ spec }: Pod): number {
  return spec?.priority ?? 0;
}

function push(map: Map<string, Pod[]>, key: string, pod: Pod): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [pod]);
  else list.push(pod);
}
