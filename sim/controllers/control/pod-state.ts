/** What controllers ask of a pod: whether it is active, ready, available, and since when. */
import type { Container, Pod, PodCondition } from '../../api/kinds/core.js';
import { timeMs } from '../../api/time.js';

/** A pod that has not ended and is not being deleted. @upstream pkg/controller/controller_utils.go IsPodActive */
export function isActive(pod: Pod): boolean {
  return !isTerminal(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** A pod that is being deleted but has not ended. */
export function isTerminating(pod: Pod): boolean {
  return !isTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;
}

/** A pod whose containers have all ended for good. */
export function isTerminal(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase === 'Succeeded' || phase === 'Failed';
}

/** The condition of this type. */
export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find(condition => condition.type === type);
}

/** Whether the Ready condition is True. */
export function isReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** When the pod became ready; undefined when it is not, or does not say. */
export function readySinceMs(pod: Pod): number | undefined {
  const condition = podCondition(pod, 'Ready');
  if (condition?.status !== 'True') return undefined;
  return timeMs(condition.lastTransitionTime);
}

/** Whether the pod has been ready for so long. @upstream pkg/api/v1/pod/util.go IsPodAvailable */
export function isAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  if (!isReady(pod)) return false;
  if (minReadySeconds === 0) return true;
  const sinceMs = readySinceMs(pod);
  return sinceMs !== undefined && sinceMs + minReadySeconds * 1000 <= nowMs;
}

/**
 * How long until the next of the pods becomes available; undefined when none is about to.
 * @upstream pkg/controller/controller_utils.go FindMinNextPodAvailabilityCheck
 */
export function nextAvailabilityMs(
  pods: readonly Pod[],
  minReadySeconds: number,
  nowMs: number,
): number | undefined {
  let least: number | undefined;
  for (const pod of pods) {
    const sinceMs = readySinceMs(pod);
    if (sinceMs === undefined) continue;
    const afterMs = sinceMs + minReadySeconds * 1000 - nowMs;
    if (afterMs > 0 && (least === undefined || afterMs < least)) least = afterMs;
  }
  return least;
}

/** Whether an init container runs beside the others: a sidecar. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}
