/** Checks of a Job's status. @upstream pkg/apis/batch/validation/validation.go ValidateJobStatusUpdate */
import type { Job, JobStatus, UncountedTerminatedPods } from '../../../api/kinds/batch.js';
import { deepEqual } from '../../../api/equality.js';
import { findCondition } from '../../../api/meta.js';
import { timeMs } from '../../../api/time.js';
import { duplicate, invalid, required, type FieldError } from '../field-error.js';
import { immutableText, invalidWhole, type Errors } from './checks.js';
import { goValue } from './go-value.js';
import { countIndexes, firstShared } from './job-indexes.js';
import { checkCounts } from './pod-template.js';

/** A status with what is asked of it over and over. */
interface View {
  readonly status: JobStatus;
  readonly isComplete: boolean;
  readonly isFailed: boolean;
  readonly isFinished: boolean;
  readonly hasFailureTarget: boolean;
  readonly hasSuccess: boolean;
}

interface Both {
  readonly job: Job;
  readonly now: View;
  readonly old: View;
  readonly errors: Errors;
}

/** What is wrong with an update of a Job's status. */
export function validateJobStatus(job: Job, oldJob: Job): readonly FieldError[] {
  const both: Both = { job, now: viewOf(job), old: viewOf(oldJob), errors: [] };
  checkNumbers(both);
  checkEnd(both);
  checkFinished(both);
  checkIndexes(both);
  checkReady(both);
  checkSuccess(both);
  checkMoves(both);
  return both.errors;
}

function viewOf({ status = {} }: Job): View {
  const has = (type: string) => findCondition(status.conditions, type)?.status === 'True';
  const [isComplete, isFailed] = [has('Complete'), has('Failed')];
  return {
    status,
    isComplete,
    isFailed,
    isFinished: isComplete || isFailed,
    hasFailureTarget: has('FailureTarget'),
    hasSuccess: has('SuccessCriteriaMet'),
  };
}

function changed(
  { now, old }: Both,
  ...fields: readonly (keyof View | keyof JobStatus)[]
): boolean {
  return fields.some(field =>
    field in now
      ? now[field as keyof View] !== old[field as keyof View]
      : !deepEqual(now.status[field as keyof JobStatus], old.status[field as keyof JobStatus]),
  );
}

const conditionsPath = 'status.conditions';

function tellConditions({ errors }: Both, text: string): void {
  errors.push(invalidWhole(conditionsPath, text));
}

function checkNumbers({ now: { status }, errors }: Both): void {
  checkCounts({ ...status }, ['active', 'succeeded', 'failed', 'ready', 'terminating'], errors);
  const pods = status.uncountedTerminatedPods;
  if (pods === undefined) return;
  const known = new Set<string>();
  for (const field of ['succeeded', 'failed'] as const) {
    checkUids(pods[field] ?? [], known, `status.uncountedTerminatedPods.${field}`, errors);
  }
}

function checkUids(
  uids: readonly string[],
  known: Set<string>,
  path: string,
  errors: Errors,
): void {
  for (const [index, uid] of uids.entries()) {
    const at = `${path}[${index}]`;
    if (uid === '') errors.push(invalid(at, uid, 'must not be empty'));
    else if (known.has(uid)) errors.push(duplicate(at, uid));
    known.add(uid);
  }
}

function checkEnd(both: Both): void {
  const { now, errors } = both;
  const { completionTime: ended, startTime: started } = now.status;
  const path = 'status.completionTime';
  if (changed(both, 'isComplete', 'isFailed') && now.isComplete && now.isFailed) {
    tellConditions(both, 'cannot set Complete=True and Failed=true conditions');
  }
  if (changed(both, 'isComplete', 'hasFailureTarget') && now.isComplete && now.hasFailureTarget) {
    tellConditions(both, 'cannot set Complete=True and FailureTarget=true conditions');
  }
  if (changed(both, 'isComplete', 'completionTime')) {
    if (ended !== undefined && !now.isComplete) {
      const text = 'cannot set completionTime when there is no Complete=True condition';
      errors.push(invalid(path, ended, text));
    }
    if (ended === undefined && now.isComplete) {
      errors.push(required(path, 'completionTime is required for Complete jobs'));
    }
  }
  const [from, to] = [timeMs(started), timeMs(ended)];
  const isBefore = from !== undefined && to !== undefined && to < from;
  if (isBefore && changed(both, 'startTime', 'completionTime')) {
    errors.push(invalid(path, ended, 'must be equal to or after `startTime`'));
  }
  if (changed(both, 'isFailed', 'failedIndexes') && now.isFailed && !now.hasFailureTarget) {
    const text = 'cannot set Failed=True condition without the FailureTarget=true condition';
    tellConditions(both, text);
  }
  if (changed(both, 'isComplete', 'hasSuccess') && now.isComplete && !now.hasSuccess) {
    const text = 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition';
    tellConditions(both, text);
  }
}

function checkFinished(both: Both): void {
  const { job, now, errors } = both;
  if (!now.isFinished) return;
  const { active = 0, startTime, uncountedTerminatedPods: pods } = now.status;
  if (changed(both, 'isFinished', 'active') && active > 0) {
    errors.push(invalid('status.active', active, 'active>0 is invalid for finished job'));
  }
  const isIdle = job.spec?.suspend === true && job.spec.completions === 0;
  if (changed(both, 'isFinished', 'startTime') && !isIdle && startTime === undefined) {
    errors.push(required('status.startTime', 'startTime is required for finished job'));
  }
  if (pods === undefined || countOf(pods) === 0) return;
  if (!changed(both, 'isFinished', 'uncountedTerminatedPods')) return;
  const value = goValue('batch/v1.UncountedTerminatedPods', pods);
  const path = 'status.uncountedTerminatedPods';
  errors.push(invalid(path, value, 'must be empty for finished job'));
}

function countOf({ succeeded = [], failed = [] }: UncountedTerminatedPods): number {
  return succeeded.length + failed.length;
}

function checkIndexes(both: Both): void {
  const { job, now, errors } = both;
  const { completedIndexes: completed = '', failedIndexes: failed } = now.status;
  const { completions, backoffLimitPerIndex: limit, completionMode } = job.spec ?? {};
  const [isCompletedNew, isFailedNew] = [
    completed !== (both.old.status.completedIndexes ?? ''),
    changed(both, 'failedIndexes'),
  ];
  const [completedPath, failedPath] = ['status.completedIndexes', 'status.failedIndexes'];
  const checkForm = (list: string, path: string, word: string) => {
    const counted = countIndexes(list, completions ?? 0);
    if (!counted.isOk) errors.push(invalid(path, list, `error parsing ${word}: ${counted.text}`));
  };
  if (isCompletedNew && completions !== undefined) {
    checkForm(completed, completedPath, 'completedIndexes');
  }
  const isCounted = completions !== undefined && failed !== undefined;
  if (isFailedNew && isCounted && limit !== undefined) {
    checkForm(failed, failedPath, 'failedIndexes');
  }
  if (isCompletedNew && completed !== '' && completionMode !== 'Indexed') {
    const text = 'cannot set non-empty completedIndexes when non-indexed completion mode';
    errors.push(invalid(completedPath, completed, text));
  }
  if (isFailedNew && limit === undefined && failed !== undefined) {
    const text = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null';
    errors.push(invalid(failedPath, failed, text));
  }
  if (!isCounted || (!isFailedNew && !isCompletedNew)) return;
  const shared = firstShared(completed, failed, completions);
  if (shared === undefined) return;
  const text = `failedIndexes and completedIndexes overlap at index: ${shared}`;
  errors.push(invalid(failedPath, failed, text));
}

function checkReady(both: Both): void {
  const { now, errors } = both;
  const { terminating, ready, active = 0 } = now.status;
  if (now.isFinished && (terminating ?? 0) > 0 && changed(both, 'isFinished', 'terminating')) {
    const text = 'terminating>0 is invalid for finished job';
    errors.push(invalid('status.terminating', terminating, text));
  }
  if (ready !== undefined && ready > active && changed(both, 'ready', 'active')) {
    errors.push(invalid('status.ready', ready, 'cannot set more ready pods than active'));
  }
}

function checkSuccess(both: Both): void {
  const { job, now } = both;
  if (now.hasSuccess && now.isFailed) {
    tellConditions(both, 'cannot set SuccessCriteriaMet=True and Failed=true conditions');
  }
  if (now.hasSuccess && now.hasFailureTarget) {
    tellConditions(both, 'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions');
  }
  if (job.spec?.successPolicy === undefined || now.hasSuccess || !now.isComplete) return;
  const text = 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True';
  tellConditions(both, text);
}

const terminal = [
  ['Failed', 'isFailed'],
  ['Complete', 'isComplete'],
  ['FailureTarget', 'hasFailureTarget'],
] as const;

function checkMoves(both: Both): void {
  const { now, old, errors } = both;
  for (const [type, field] of terminal) {
    if (old[field] && !now[field]) {
      tellConditions(both, `cannot disable the terminal ${type}=True condition`);
    }
  }
  checkCounters(both);
  checkTimes(both);
  if (old.hasSuccess && !now.hasSuccess) {
    tellConditions(both, 'cannot disable the SuccessCriteriaMet=True condition');
  }
  if (old.isComplete && !old.hasSuccess && now.hasSuccess) {
    const text = 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions';
    errors.push(invalidWhole(conditionsPath, text));
  }
}

function checkCounters({ job, now, old, errors }: Both): void {
  const { completionMode, completions, parallelism } = job.spec ?? {};
  const [failed, succeeded] = [now.status.failed ?? 0, now.status.succeeded ?? 0];
  if (failed < (old.status.failed ?? 0)) {
    errors.push(invalid('status.failed', failed, 'cannot decrease the failed counter'));
  }
  const isElastic = completionMode === 'Indexed' && completions === parallelism;
  if (!isElastic && succeeded < (old.status.succeeded ?? 0)) {
    errors.push(invalid('status.succeeded', succeeded, 'cannot decrease the succeeded counter'));
  }
}

function checkTimes({ job, now, old, errors }: Both): void {
  const [ended, oldEnded] = [now.status.completionTime, old.status.completionTime];
  if (ended !== undefined && oldEnded !== undefined && ended !== oldEnded) {
    errors.push(invalid('status.completionTime', ended, immutableText));
  }
  const [started, oldStarted] = [now.status.startTime, old.status.startTime];
  const isSame = oldStarted === undefined || oldStarted === started;
  if (isSame || job.spec?.suspend === true || isResuming(now, old)) return;
  const text = 'field is immutable for unsuspended job once set';
  errors.push(invalid('status.startTime', started ?? null, text));
}

function isResuming(now: View, old: View): boolean {
  const was = findCondition(old.status.conditions, 'Suspended')?.status;
  const is = findCondition(now.status.conditions, 'Suspended')?.status;
  return was === 'True' && is === 'False';
}
