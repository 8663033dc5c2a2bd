/**
 * The conditions of an autoscaler.
 * @upstream pkg/controller/podautoscaler/horizontal.go setConditionInList
 */
import type { HorizontalPodAutoscalerCondition } from '../../api/kinds/autoscaling.js';
import { rfc3339 } from '../../api/time.js';
import type { ConditionValue } from './normalize.js';

/** The conditions with this one set; its time moves only with its status. */
export function withConditionSet(
  conditions: readonly HorizontalPodAutoscalerCondition[],
  value: ConditionValue,
  nowMs: number,
): readonly HorizontalPodAutoscalerCondition[] {
  const index = conditions.findIndex(condition => condition.type === value.type);
  const old = conditions[index];
  const isSame = old !== undefined && old.status === value.status;
  if (isSame && old.reason === value.reason && old.message === value.message) return conditions;
  const time = isSame ? old.lastTransitionTime : rfc3339(nowMs);
  const condition = {
    type: value.type,
    status: value.status,
    ...(time === undefined ? {} : { lastTransitionTime: time }),
    reason: value.reason,
    message: value.message,
  };
  return old === undefined ? [...conditions, condition] : conditions.with(index, condition);
}
