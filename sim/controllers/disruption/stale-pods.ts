/**
 * Pods that were to be disrupted and then were not: their condition is set to False.
 * @upstream pkg/controller/disruption/disruption.go syncStalePodDisruption
 */
import { pods, type Pod } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import { rfc3339, timeMs } from '../../api/time.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, update } from '../../client/requests.js';
import { isTerminal, podCondition } from '../control/pod-state.js';

const staleMs = 2 * 60_000;

/** How long until the pod's condition is stale; undefined when it has none that can be. */
export function staleInMs(pod: Pod, nowMs: number): number | undefined {
  const condition = podCondition(pod, 'DisruptionTarget');
  if (condition?.status !== 'True' || condition.reason === 'TerminationByKubelet') return undefined;
  if (isDeleting(pod) || isTerminal(pod)) return undefined;
  const sinceMs = timeMs(condition.lastTransitionTime) ?? 0;
  return Math.max(0, sinceMs + staleMs - nowMs);
}

/** Sets the condition of a pod to False once it is stale. */
export function* clearStaleDisruption(pod: Pod, nowMs: number): Reconciliation {
  const waitMs = staleInMs(pod, nowMs);
  if (waitMs === undefined) return undefined;
  if (waitMs > 0) return { requeueAfterMs: waitMs };
  const { generation } = pod.metadata;
  const conditions = (pod.status?.conditions ?? []).map(condition => {
    if (condition.type !== 'DisruptionTarget') return condition;
    return {
      type: condition.type,
      ...(generation !== undefined && { observedGeneration: generation }),
      status: 'False',
      lastTransitionTime: rfc3339(nowMs),
    };
  });
  const answer = yield* call(
    update(pods, { ...pod, status: { ...pod.status, conditions } }, 'status'),
  );
  return answer.isOk ? undefined : { retry: answer.message };
}
