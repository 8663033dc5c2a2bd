/** What a set's status says of its pods. @upstream pkg/controller/replicaset/replica_set_utils.go */
import { deepEqual } from '../../api/equality.js';
import type { ReplicaSetCondition, ReplicaSetStatus } from '../../api/kinds/apps.js';
import type { Pod } from '../../api/kinds/core.js';
import { withoutCondition } from '../../api/meta.js';
import { rfc3339 } from '../../api/time.js';
import { isAvailable, isReady } from '../control/pod-state.js';
import type { SetSpec } from './flavor.js';

/** What the status is computed from. */
export interface Observed {
  readonly spec: SetSpec;
  readonly status: ReplicaSetStatus | undefined;
  readonly activePods: readonly Pod[];
  /** Undefined when it is not told. */
  readonly terminating: number | undefined;
  /** Why creating or deleting failed, if it did. */
  readonly error: string | undefined;
  readonly nowMs: number;
}

/** The status, without the observed generation. */
export function statusOf(observed: Observed): ReplicaSetStatus {
  const { spec, status, activePods, terminating, nowMs } = observed;
  const wanted = Object.entries(spec.template?.metadata?.labels ?? {});
  let [labeled, ready, available] = [0, 0, 0];
  for (const pod of activePods) {
    const labels = pod.metadata.labels ?? {};
    if (wanted.every(([key, value]) => labels[key] === value)) labeled++;
    if (!isReady(pod)) continue;
    ready++;
    if (isAvailable(pod, spec.minReadySeconds, nowMs)) available++;
  }
  const conditions = conditionsOf(observed);
  return {
    replicas: activePods.length,
    ...(labeled > 0 && { fullyLabeledReplicas: labeled }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    ...(terminating !== undefined && { terminatingReplicas: terminating }),
    ...(status?.observedGeneration !== undefined && {
      observedGeneration: status.observedGeneration,
    }),
    ...(conditions.length > 0 && { conditions }),
  };
}

/** Whether the status says what the stored one does not, of this generation. */
export function isNews(
  status: ReplicaSetStatus,
  stored: ReplicaSetStatus | undefined,
  generation: number | undefined,
): boolean {
  if (stored === undefined || stored.observedGeneration !== generation) return true;
  return !deepEqual(status, stored);
}

function conditionsOf({
  spec,
  status,
  activePods,
  error,
  nowMs,
}: Observed): readonly ReplicaSetCondition[] {
  const conditions = status?.conditions ?? [];
  const hasFailure = conditions.some(({ type }) => type === 'ReplicaFailure');
  if (error === undefined)
    return hasFailure ? withoutCondition(conditions, 'ReplicaFailure') : conditions;
  if (hasFailure) return conditions;
  const condition: ReplicaSetCondition = {
    type: 'ReplicaFailure',
    status: 'True',
    lastTransitionTime: rfc3339(nowMs),
    reason: activePods.length < spec.replicas ? 'FailedCreate' : 'FailedDelete',
    message: error,
  };
  return [...conditions, condition];
}
