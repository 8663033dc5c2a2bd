/** The conditions of a Job, in the order in which they come about. @upstream pkg/controller/job/job_controller.go */
import type { JobCondition } from '../../api/kinds/batch.js';
import { findCondition } from '../../api/meta.js';
import { rfc3339 } from '../../api/time.js';

/** Why a condition came about. */
export interface Told {
  readonly reason: string;
  readonly message: string;
}

/** Too many pods have failed. */
export const backoffLimitExceeded: Told = {
  reason: 'BackoffLimitExceeded',
  message: 'Job has reached the specified backoff limit',
};
/** It has been active for too long. */
export const deadlineExceeded: Told = {
  reason: 'DeadlineExceeded',
  message: 'Job was active longer than specified deadline',
};
/** All indexes have ended, some by failing. */
export const someIndexesFailed: Told = {
  reason: 'FailedIndexes',
  message: 'Job has failed indexes',
};
/** More indexes have failed than may. */
export const tooManyIndexesFailed: Told = {
  reason: 'MaxFailedIndexesExceeded',
  message: 'Job has exceeded the specified maximal number of failed indexes',
};
/** As many pods have succeeded as were wanted. */
export const completionsReached: Told = {
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
};

/** A condition that came about now. */
export function condition(
  type: string,
  { reason, message }: Told,
  nowMs: number,
  status = 'True',
): JobCondition {
  const now = rfc3339(nowMs);
  return { type, status, lastProbeTime: now, lastTransitionTime: now, reason, message };
}

/** The condition of the type, if it is True. */
export function trueCondition(
  conditions: readonly JobCondition[],
  type: string,
): JobCondition | undefined {
  const found = findCondition(conditions, type);
  return found?.status === 'True' ? found : undefined;
}

/** The conditions with this one, or undefined when it is nothing new. From nothing to False is nothing new. */
export function changedBy(
  conditions: readonly JobCondition[],
  next: JobCondition,
): readonly JobCondition[] | undefined {
  const old = findCondition(conditions, next.type);
  if (old === undefined) return next.status === 'False' ? undefined : [...conditions, next];
  const { status, reason, message } = next;
  if (old.status === status && old.reason === reason && old.message === message) return undefined;
  return conditions.map(one => (one === old ? next : one));
}
