/** Whether a Job is about to end, and why. @upstream pkg/controller/job/job_controller.go syncJob */
import type { Job, JobCondition } from '../../api/kinds/batch.js';
import type { Pod } from '../../api/kinds/core.js';
import { timeMs } from '../../api/time.js';
import {
  backoffLimitExceeded,
  condition,
  deadlineExceeded,
  someIndexesFailed,
  tooManyIndexesFailed,
  trueCondition,
  type Told,
} from './conditions.js';
import { verdictOf } from './failure-policy.js';
import { total } from './intervals.js';
import { isIndexed, isPodFailed, isSuspended } from './spec.js';
import type { JobState } from './state.js';
import { metRule } from './success-policy.js';

/** The condition with which the Job ends, in upstream's order of questions; undefined when it goes on. */
export function verdict(state: JobState, nowMs: number): JobCondition | undefined {
  const { job, status, pods } = state;
  const met = trueCondition(status.conditions, 'SuccessCriteriaMet');
  if (met !== undefined) return met;
  const target = trueCondition(status.conditions, 'FailureTarget');
  if (target !== undefined) return failedBy(target, nowMs);
  const fail = (told: Told) => condition('FailureTarget', told, nowMs);
  const policyMessage = failJobMessage(job, pods);
  if (policyMessage !== undefined) {
    return fail({ reason: 'PodFailurePolicy', message: policyMessage });
  }
  const limit = job.spec?.backoffLimit ?? 0;
  if (state.failed > limit || hasRestartedTooOften(job, pods)) return fail(backoffLimitExceeded);
  const leftMs = deadlineLeftMs(state, nowMs);
  if (leftMs !== undefined && leftMs <= 0) return fail(deadlineExceeded);
  if (!isIndexed(job)) return undefined;
  return failedByIndexes(state, fail) ?? successByPolicy(state, nowMs);
}

/** The condition Failed that follows on FailureTarget. */
export function failedBy({ reason = '', message = '' }: JobCondition, nowMs: number): JobCondition {
  return condition('Failed', { reason, message }, nowMs);
}

/** How long the Job may still be active; undefined when it may be for ever. */
export function deadlineLeftMs({ job, status }: JobState, nowMs: number): number | undefined {
  const seconds = job.spec?.activeDeadlineSeconds;
  const startMs = timeMs(status.startTime);
  if (seconds === undefined || startMs === undefined || isSuspended(job)) return undefined;
  return startMs + seconds * 1000 - nowMs;
}

function failJobMessage(job: Job, pods: readonly Pod[]): string | undefined {
  const policy = job.spec?.podFailurePolicy;
  if (policy === undefined) return undefined;
  for (const pod of pods) {
    const message = isPodFailed(pod, job) ? verdictOf(policy, pod).failsJob : undefined;
    if (message !== undefined) return message;
  }
  return undefined;
}

/** Containers that restart in place count against the limit too. @upstream pastBackoffLimitOnFailure */
function hasRestartedTooOften({ spec }: Job, pods: readonly Pod[]): boolean {
  if (spec?.template.spec?.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status?.phase !== 'Running' && status?.phase !== 'Pending') continue;
    const { initContainerStatuses = [], containerStatuses = [] } = status;
    for (const { restartCount } of initContainerStatuses) restarts += restartCount;
    for (const { restartCount } of containerStatuses) restarts += restartCount;
  }
  return restarts >= Math.max(1, spec.backoffLimit ?? 0);
}

function failedByIndexes(
  { job, failedIndexes, succeededIndexes }: JobState,
  fail: (told: Told) => JobCondition,
): JobCondition | undefined {
  if (failedIndexes === undefined) return undefined;
  const failed = total(failedIndexes);
  const { maxFailedIndexes, completions = 0 } = job.spec ?? {};
  if (maxFailedIndexes !== undefined && failed > maxFailedIndexes)
    return fail(tooManyIndexesFailed);
  const hasAllEnded = failed > 0 && failed + total(succeededIndexes) >= completions;
  return hasAllEnded ? fail(someIndexesFailed) : undefined;
}

function successByPolicy(
  { job, succeededIndexes }: JobState,
  nowMs: number,
): JobCondition | undefined {
  const { successPolicy, completions = 0 } = job.spec ?? {};
  const message = metRule(successPolicy, completions, succeededIndexes);
  if (message === undefined) return undefined;
  return condition('SuccessCriteriaMet', { reason: 'SuccessPolicy', message }, nowMs);
}
