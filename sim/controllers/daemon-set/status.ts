/** What a daemon set's status says of its pods. @upstream pkg/controller/daemon/daemon_controller.go updateDaemonSetStatus */
import type { DaemonSet, DaemonSetStatus } from '../../api/kinds/apps.js';
import type { Node } from '../../api/kinds/core.js';
import { isAvailable, isReady } from '../control/pod-state.js';
import { fitOf } from './nodes.js';
import { byAge, type PodsByNode, type Seen } from './plan.js';
import { isUpdated } from './template.js';

/** The status, without the observed generation. */
export function statusOf(
  { set, hash, nowMs }: Seen,
  nodes: readonly Node[],
  podsByNode: PodsByNode,
): DaemonSetStatus {
  let [desired, current, misscheduled] = [0, 0, 0];
  let [ready, available, updated] = [0, 0, 0];
  for (const node of nodes) {
    const pods = podsByNode.get(node.metadata.name ?? '') ?? [];
    const [pod] = pods.toSorted(byAge);
    if (!fitOf(set, node).shouldRun) {
      if (pod !== undefined) misscheduled++;
      continue;
    }
    desired++;
    if (pod === undefined) continue;
    current++;
    if (isReady(pod)) ready++;
    if (isAvailable(pod, set.spec?.minReadySeconds ?? 0, nowMs)) available++;
    if (isUpdated(pod, set, hash)) updated++;
  }
  const unavailable = desired - available;
  const { observedGeneration, collisionCount, conditions } = set.status ?? {};
  return {
    currentNumberScheduled: current,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: desired,
    numberReady: ready,
    ...(observedGeneration !== undefined && { observedGeneration }),
    ...(updated !== 0 && { updatedNumberScheduled: updated }),
    ...(available !== 0 && { numberAvailable: available }),
    ...(unavailable !== 0 && { numberUnavailable: unavailable }),
    ...(collisionCount !== undefined && { collisionCount }),
    ...(conditions !== undefined && { conditions }),
  };
}

/** Whether the status says what the stored one does not, of this generation. */
export function isNews(status: DaemonSetStatus, { status: stored, metadata }: DaemonSet): boolean {
  if ((stored?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return true;
  const fields = [
    'desiredNumberScheduled',
    'currentNumberScheduled',
    'numberMisscheduled',
    'numberReady',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
  ] as const;
  return fields.some(field => (status[field] ?? 0) !== (stored?.[field] ?? 0));
}
