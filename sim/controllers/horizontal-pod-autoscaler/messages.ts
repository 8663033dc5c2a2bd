/** The conditions whose texts are always the same. @upstream pkg/controller/podautoscaler/horizontal.go */
import type { ConditionValue } from './normalize.js';

/** Why a size below the minimum is set without a look at the metrics. */
export const belowMinimum = 'Current number of replicas below Spec.MinReplicas';

/** The scale was read. */
export const succeededGetScale: ConditionValue = {
  type: 'AbleToScale',
  status: 'True',
  reason: 'SucceededGetScale',
  message: "the HPA controller was able to get the target's current scale",
};

/** Someone set the target to zero. */
export const scalingDisabled: ConditionValue = {
  type: 'ScalingActive',
  status: 'False',
  reason: 'ScalingDisabled',
  message: 'scaling is disabled since the replica count of the target is zero',
};

/** The controller set the target to zero, and may wake it. */
export const scaledToZero: ConditionValue = {
  type: 'ScaledToZero',
  status: 'True',
  reason: 'ScaledToZero',
  message: 'the HPA controller scaled the workload to zero',
};

/** The controller set the target to more than zero. */
export const notScaledToZero: ConditionValue = {
  type: 'ScaledToZero',
  status: 'False',
  reason: 'NotScaledToZero',
  message: 'the HPA controller did not scale the workload to zero',
};
