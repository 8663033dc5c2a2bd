/** What a Job asks for, and how its pods stand to it. @upstream pkg/controller/job/job_controller.go */
import type { Job } from '../../api/kinds/batch.js';
import type { Pod } from '../../api/kinds/core.js';
import { hasFinalizer, isConditionTrue, isDeleting } from '../../api/meta.js';

/** Keeps a pod until the controller has counted it. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';
/** The annotation and label with a pod's index. */
export const indexKey = 'batch.kubernetes.io/job-completion-index';
const controllerName = 'kubernetes.io/job-controller';

/** Whether each pod has an index of its own. */
export function isIndexed({ spec }: Job): boolean {
  return spec?.completionMode === 'Indexed';
}

/** Whether no pods are to run for now. */
export function isSuspended({ spec }: Job): boolean {
  return spec?.suspend === true;
}

/** Whether failures are counted for each index. */
export function hasLimitPerIndex({ spec }: Job): boolean {
  return spec?.backoffLimitPerIndex !== undefined;
}

/** Whether a pod is replaced only when it has failed, not when it is terminating. */
export function replacesOnlyFailed({ spec }: Job): boolean {
  return spec?.podReplacementPolicy === 'Failed' || spec?.podFailurePolicy !== undefined;
}

/** Whether another controller looks after the Job. */
export function isManagedElsewhere({ spec }: Job): boolean {
  return spec?.managedBy !== undefined && spec.managedBy !== controllerName;
}

/** Whether the Job is complete or has failed. */
export function isFinished({ status }: Job): boolean {
  return (
    isConditionTrue(status?.conditions, 'Complete') || isConditionTrue(status?.conditions, 'Failed')
  );
}

/** Whether the pod counts as failed: a deleted one too, unless only failed ones are replaced. */
export function isPodFailed(pod: Pod, job: Job): boolean {
  if (pod.status?.phase === 'Failed') return true;
  if (replacesOnlyFailed(job)) return false;
  return isDeleting(pod) && pod.status?.phase !== 'Succeeded';
}

/** Whether the pod has not been counted yet. */
export function isTracked(pod: Pod): boolean {
  return hasFinalizer(pod, trackingFinalizer);
}

/** The pod's index, if it has a proper one. */
export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[indexKey];
  return text !== undefined && /^\+?\d+$/.test(text) ? Number(text) : undefined;
}

/** The pod's index, if the Job still has it. */
export function validIndexOf(pod: Pod, job: Job): number | undefined {
  const index = indexOf(pod);
  return index !== undefined && index < (job.spec?.completions ?? 0) ? index : undefined;
}
