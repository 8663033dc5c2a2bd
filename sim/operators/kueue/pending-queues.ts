/** Which workloads wait in which ClusterQueue, and which of them is next. @upstream kueue v0.19.2 pkg/cache/queue */
import { deepEqual } from '../../api/equality.js';
import { compareText } from '../../api/go-text.js';
import type { Container, PodSpec } from '../../api/kinds/core.js';
import { namespaces } from '../../api/kinds/core.js';
import { keyOf, splitKey } from '../../api/meta.js';
import { selectorOf } from '../../api/selectors.js';
import { timeMs } from '../../api/time.js';
import type { View } from '../../client/contract.js';
import { requestsOf } from './requests.js';
import { inactiveReason } from './snapshot.js';
import {
  clusterQueues,
  cohorts,
  localQueues,
  workloads,
  type ClusterQueue,
  type Workload,
} from './types.js';
import { conditionOf, isAdmissible, priorityOf, queueOrderMs } from './workload-status.js';

/** The ClusterQueue that a workload is queued for: its LocalQueue takes work, and the queue exists. */
export function queueOf(workload: Workload, view: View): ClusterQueue | undefined {
  const { namespace = '' } = workload.metadata;
  const local = view.get(localQueues, namespace, workload.spec.queueName ?? '');
  if (local === undefined || (local.spec?.stopPolicy ?? 'None') !== 'None') return undefined;
  return view.get(clusterQueues, '', local.spec?.clusterQueue ?? '');
}

/** How deep cohorts may lie. */
const depthMax = 32;

/** The name of the tree that a ClusterQueue is in: what is freed there concerns all in it. */
export function treeOf(queue: ClusterQueue, view: View): string {
  let name = queue.spec?.cohortName ?? '';
  if (name === '') return `queue ${queue.metadata.name ?? ''}`;
  for (let depth = 0; depth < depthMax; depth++) {
    const parent = view.get(cohorts, '', name)?.spec?.parentName ?? '';
    if (parent === '') break;
    name = parent;
  }
  return `cohort ${name}`;
}

/** A workload that is next in its queue. */
export interface Head {
  readonly workload: Workload;
  readonly queue: ClusterQueue;
}

/** What is kept of workloads that wait, besides what the API server has. */
export class PendingQueues {
  /** Tried in vain, as they were then: they wait until something is freed. */
  private readonly parked = new Map<string, Workload>();
  /** By queue: shapes of workloads that found nothing. Others of that shape need not be tried. */
  private readonly vainShapes = new Map<string, Set<string>>();
  /** By queue: who waits for those that it pushed out; it stays first. */
  private readonly preemptors = new Map<string, string>();

  /** Whether a change of a parked workload makes it worth another look. */
  hears(workload: Workload): void {
    const key = keyOf(workload);
    const before = this.parked.get(key);
    if (before === undefined) return;
    const isSame =
      deepEqual(before.spec, workload.spec) &&
      deepEqual(before.status?.reclaimablePods, workload.status?.reclaimablePods) &&
      deepEqual(conditionOf(before, 'Evicted'), conditionOf(workload, 'Evicted')) &&
      deepEqual(conditionOf(before, 'Requeued'), conditionOf(workload, 'Requeued'));
    if (isSame) this.parked.set(key, workload);
    else this.parked.delete(key);
  }

  forget(key: string): void {
    this.parked.delete(key);
    for (const [queue, preemptor] of this.preemptors) {
      if (preemptor === key) this.preemptors.delete(queue);
    }
  }

  /** Puts a workload aside. With `isVain`, all of its shape are put aside with it. */
  park({ workload, queue }: Head, options: { readonly isVain: boolean }): void {
    this.parked.set(keyOf(workload), workload);
    if (!options.isVain || isStrict(queue)) return;
    const name = queue.metadata.name ?? '';
    const shapes = this.vainShapes.get(name) ?? new Set();
    shapes.add(shapeOf(workload));
    this.vainShapes.set(name, shapes);
  }

  /** Notes who pushes others out: in queues that may pass a workload by, it is kept in front. */
  preempts({ workload, queue }: Head): void {
    if (!isStrict(queue)) this.preemptors.set(queue.metadata.name ?? '', keyOf(workload));
  }

  /** Takes back what was put aside in a tree of queues. */
  retry(tree: string, view: View, nowMs: number): boolean {
    let isAny = false;
    for (const queue of view.list(clusterQueues)) {
      if (treeOf(queue, view) === tree) this.vainShapes.delete(queue.metadata.name ?? '');
    }
    for (const [key, workload] of this.parked) {
      const queue = queueOf(workload, view);
      if (queue === undefined || treeOf(queue, view) !== tree) continue;
      const { namespace } = splitKey(key);
      if (!isSelected(queue, namespace, view) || !isBackedOff(workload, nowMs)) continue;
      this.parked.delete(key);
      isAny = true;
    }
    return isAny;
  }

  /** The next workload of each ClusterQueue that takes work. */
  heads(view: View, nowMs: number, isTaken: (workload: Workload) => boolean): readonly Head[] {
    const heads = new Map<string, Head>();
    const active = new Map<string, boolean>();
    for (const workload of view.list(workloads)) {
      if (!isAdmissible(workload) || isTaken(workload)) continue;
      if (this.parked.has(keyOf(workload)) || !isBackedOff(workload, nowMs)) continue;
      const queue = queueOf(workload, view);
      if (queue === undefined) continue;
      const name = queue.metadata.name ?? '';
      if (!active.has(name)) active.set(name, inactiveReason(queue, view) === undefined);
      if (active.get(name) !== true) continue;
      if (this.isVain(name, workload)) {
        this.parked.set(keyOf(workload), workload);
        continue;
      }
      const best = heads.get(name);
      if (best === undefined || this.compare(name, workload, best.workload) < 0) {
        heads.set(name, { workload, queue });
      }
    }
    return [...heads.values()];
  }

  private isVain(queue: string, workload: Workload): boolean {
    const shapes = this.vainShapes.get(queue);
    return shapes !== undefined && shapes.size > 0 && shapes.has(shapeOf(workload));
  }

  private compare(queue: string, one: Workload, other: Workload): number {
    const preemptor = this.preemptors.get(queue);
    const isFirst = Number(keyOf(other) === preemptor) - Number(keyOf(one) === preemptor);
    return (
      isFirst ||
      priorityOf(other) - priorityOf(one) ||
      queueOrderMs(one) - queueOrderMs(other) ||
      compareText(one.metadata.uid ?? '', other.metadata.uid ?? '')
    );
  }
}

/** Whether the queue takes workloads of the namespace. */
export function isSelected(queue: ClusterQueue, namespace: string, view: View): boolean {
  const labels = view.get(namespaces, '', namespace)?.metadata.labels ?? {};
  return selectorOf(queue.spec?.namespaceSelector).matches(labels);
}

/** Whether a workload that was sent away may come back. */
function isBackedOff(workload: Workload, nowMs: number): boolean {
  if (conditionOf(workload, 'Requeued')?.status === 'False') return false;
  const at = timeMs(workload.status?.requeueState?.requeueAt);
  return at === undefined || nowMs >= at;
}

/** Whether the queue waits for its first workload. */
export function isStrict({ spec }: ClusterQueue): boolean {
  return spec?.queueingStrategy === 'StrictFIFO';
}

/** What makes two workloads alike to the scheduler. @upstream computeSchedulingHash */
export function shapeOf(workload: Workload): string {
  const requests = requestsOf(workload);
  const podSets = workload.spec.podSets.map(({ name, template, minCount }, index) => ({
    name,
    minCount,
    spec: template.spec === undefined ? undefined : podShape(template.spec),
    count: requests[index]?.count,
    requests: [...(requests[index]?.requests ?? [])],
  }));
  return JSON.stringify({ podSets, priority: priorityOf(workload) });
}

function podShape(spec: PodSpec): Readonly<Record<string, unknown>> {
  const { nodeSelector, affinity, tolerations, runtimeClassName, overhead } = spec;
  const of = ({ resources, ports }: Container) => ({ requests: resources?.requests, ports });
  return {
    containers: spec.containers.map(of),
    initContainers: spec.initContainers?.map(of),
    topologySpreadConstraints: spec.topologySpreadConstraints,
    ...{ nodeSelector, affinity, tolerations, runtimeClassName, overhead },
  };
}
