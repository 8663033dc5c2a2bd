/** Counts pods that have ended, each once, and writes the status. @upstream pkg/controller/job/job_controller.go trackJobStatusAndRemoveFinalizers */
import { jobs, type JobCondition } from '../../api/kinds/batch.js';
import { pods, type Pod } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import { update } from '../../client/requests.js';
import { must, Refused } from '../control/must.js';
import { removeFinalizer } from '../control/pod-control.js';
import { changedBy, condition, trueCondition } from './conditions.js';
import { verdictOf } from './failure-policy.js';
import { has, printed, total, withIndexes } from './intervals.js';
import type { JobTools } from './manage.js';
import {
  indexOf,
  isIndexed,
  isPodFailed,
  isTracked,
  trackingFinalizer,
  validIndexOf,
} from './spec.js';
import { writtenStatus, type JobState } from './state.js';
import { failedBy } from './verdict.js';

/** The status holds no more uids than this at a time. */
const uncountedMax = 500;

/**
 * In this order: pods that have ended are noted by uid; the status is written; their finalizers are
 * taken off; they are counted, and perhaps the Job's end is told; the status is written again.
 */
export function* trackPods(
  state: JobState,
  needsWrite: boolean,
  tools: JobTools,
): Reconciliation<void> {
  const withFinalizer = new Set(
    state.pods.filter(pod => isUncounted(state, pod)).map(({ metadata }) => metadata.uid ?? ''),
  );
  let isChanged = countReleased(state, withFinalizer) || needsWrite;
  const noted = noteEnded(state);
  isChanged = noted.isChanged || isChanged;
  isChanged = tellIndexes(state) || isChanged;
  isChanged = tellEnd(state, tools.context.clock.now()) || isChanged;
  if (isChanged) {
    yield* writeStatus(state, tools);
    tools.memory.backOffs.set(state.key, state.backOff);
  }
  const error = yield* release(state, noted.toRelease, withFinalizer, tools);
  isChanged = countReleased(state, withFinalizer);
  if (error !== undefined) {
    if (isChanged) yield* writeStatus(state, tools);
    throw new Refused(error);
  }
  const isFinished = !noted.isFull && finish(state, tools.context.clock.now());
  if (!isFinished && !isChanged) return;
  yield* writeStatus(state, tools);
  if (isFinished) tellFinished(state, tools);
}

function isUncounted({ released }: JobState, pod: Pod): boolean {
  return isTracked(pod) && !released.has(pod.metadata.uid ?? '');
}

/** Counts the noted pods whose finalizer is gone. */
function countReleased({ status }: JobState, withFinalizer: ReadonlySet<string>): boolean {
  const { succeeded, failed } = status.uncounted;
  const left = {
    succeeded: succeeded.filter(uid => withFinalizer.has(uid)),
    failed: failed.filter(uid => withFinalizer.has(uid)),
  };
  const newSucceeded = succeeded.length - left.succeeded.length;
  const newFailed = failed.length - left.failed.length;
  if (newSucceeded === 0 && newFailed === 0) return false;
  status.succeeded = (status.succeeded ?? 0) + newSucceeded;
  status.failed = (status.failed ?? 0) + newFailed;
  status.uncounted = left;
  return true;
}

interface Noted {
  readonly toRelease: readonly Pod[];
  readonly isChanged: boolean;
  readonly isFull: boolean;
}

/** Notes the pods that have ended, or that the end of the Job ends. */
function noteEnded(state: JobState): Noted {
  const { job, status } = state;
  const ordered = isIndexed(job)
    ? state.pods.toSorted((a, b) => (indexOf(a) ?? -1) - (indexOf(b) ?? -1))
    : state.pods;
  const toRelease: Pod[] = [];
  const succeeded: string[] = [];
  const failed: string[] = [];
  const indexes: number[] = [];
  let isFull = false;
  for (const pod of ordered) {
    if (isFull) break;
    if (!isUncounted(state, pod) || !mayRelease(state, pod)) continue;
    toRelease.push(pod);
    const uid = pod.metadata.uid ?? '';
    const index = validIndexOf(pod, job);
    if (pod.status?.phase === 'Succeeded' && !state.uncounted.failed.has(uid)) {
      if (!isIndexed(job)) {
        if (!state.uncounted.succeeded.has(uid)) succeeded.push(uid);
      } else if (index !== undefined && !has(state.succeededBefore, index)) indexes.push(index);
    } else if (isFailure(state, pod) && !state.uncounted.failed.has(uid)) {
      if (isIndexed(job) && index === undefined) continue;
      if (verdictOf(job.spec?.podFailurePolicy, pod).counts) failed.push(uid);
    }
    const { uncounted } = status;
    const noted = uncounted.succeeded.length + uncounted.failed.length;
    isFull = noted + indexes.length + succeeded.length + failed.length >= uncountedMax;
  }
  const { uncounted } = status;
  status.uncounted = {
    succeeded: [...uncounted.succeeded, ...succeeded],
    failed: [...uncounted.failed, ...failed],
  };
  state.succeededIndexes = withIndexes(state.succeededIndexes, indexes);
  const isChanged = succeeded.length + failed.length + indexes.length > 0;
  return { toRelease, isChanged, isFull };
}

/** A failed one, or one that was active when the Job failed. */
function isFailure({ job, finished }: JobState, pod: Pod): boolean {
  if (isPodFailed(pod, job)) return true;
  return finished !== undefined && finished.type !== 'SuccessCriteriaMet';
}

function mayRelease({ job, finished, awaiting }: JobState, pod: Pod): boolean {
  if (isDeleting(job) || finished !== undefined || pod.status?.phase === 'Succeeded') return true;
  if (!isPodFailed(pod, job)) return false;
  const index = indexOf(pod);
  return index === undefined || awaiting.get(index)?.metadata.uid !== pod.metadata.uid;
}

function tellIndexes({ job, status, succeededIndexes, failedIndexes }: JobState): boolean {
  if (!isIndexed(job)) return false;
  const before = [status.completedIndexes ?? '', status.failedIndexes];
  status.succeeded = total(succeededIndexes);
  status.completedIndexes = printed(succeededIndexes);
  status.failedIndexes = failedIndexes && printed(failedIndexes);
  return before[0] !== status.completedIndexes || before[1] !== status.failedIndexes;
}

/** Tells that the end is near, and turns to what tells that it has come. */
function tellEnd(state: JobState, nowMs: number): boolean {
  const { finished, status } = state;
  if (finished?.type === 'FailureTarget') {
    status.conditions = [...status.conditions, finished];
    state.finished = failedBy(finished, nowMs);
    return true;
  }
  if (finished?.type !== 'SuccessCriteriaMet') return false;
  const { reason = '', message = '' } = finished;
  state.finished = condition('Complete', { reason, message }, nowMs);
  if (trueCondition(status.conditions, 'SuccessCriteriaMet') !== undefined) return false;
  status.conditions = [...status.conditions, finished];
  return true;
}

/** Takes the finalizers off; returns the first error. */
function* release(
  { key, job }: JobState,
  toRelease: readonly Pod[],
  withFinalizer: Set<string>,
  { memory }: JobTools,
): Reconciliation<string | undefined> {
  const uids = toRelease.map(({ metadata }) => metadata.uid ?? '');
  memory.expectReleases(key, uids);
  let error: string | undefined;
  for (const pod of toRelease) {
    const uid = pod.metadata.uid ?? '';
    const answer = yield* removeFinalizer(pod, trackingFinalizer);
    if (answer.isOk) memory.ownWrites.note(key, job, pods, answer.object);
    else {
      memory.releaseSeen(key, uid);
      if (answer.status !== 404) {
        error ??= answer.message;
        continue;
      }
    }
    withFinalizer.delete(uid);
  }
  return error;
}

/** Adds the last condition when all pods are counted and none is terminating. */
function finish({ status, finished, terminating }: JobState, nowMs: number): boolean {
  if (finished === undefined || terminating > 0) return false;
  if (status.uncounted.succeeded.length + status.uncounted.failed.length > 0) return false;
  const { type, reason = '', message = '' } = finished;
  const last: JobCondition = condition(type, { reason, message }, nowMs);
  status.conditions = changedBy(status.conditions, last) ?? status.conditions;
  const { lastTransitionTime } = finished;
  if (type === 'Complete' && lastTransitionTime !== undefined) {
    status.completionTime = lastTransitionTime;
  }
  return true;
}

function tellFinished({ job, status, finished }: JobState, { context, memory }: JobTools): void {
  memory.finished.add(job.metadata.uid ?? '');
  const { completions } = job.spec ?? {};
  if (finished?.type !== 'Complete') {
    const { reason = '', message = '' } = finished ?? {};
    context.events.record({ regarding: job, type: 'Warning', reason, message });
    return;
  }
  if (completions !== undefined && (status.succeeded ?? 0) > completions) {
    const message = 'Too many succeeded pods running after completion count reached';
    context.events.record({
      regarding: job,
      type: 'Warning',
      reason: 'TooManySucceededPods',
      message,
    });
  }
  const message = 'Job completed';
  context.events.record({ regarding: job, type: 'Normal', reason: 'Completed', message });
}

/** Writes the status; the answer is the Job that the next write builds on. */
function* writeStatus(state: JobState, { memory }: JobTools): Reconciliation<void> {
  const job = { ...state.job, status: writtenStatus(state.status) };
  state.job = yield* must(update(jobs, job, 'status'));
  memory.ownWrites.note(state.key, state.job, jobs, state.job);
}
