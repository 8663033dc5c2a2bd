/** What one pass over a Job knows and works out. @upstream pkg/controller/job/job_controller.go syncJobCtx */
import type { Job, JobCondition, JobStatus } from '../../api/kinds/batch.js';
import type { Pod } from '../../api/kinds/core.js';
import type { PodGroup } from '../../api/kinds/scheduling-v1alpha2.js';
import { isActive, isReady, isTerminating } from '../control/pod-state.js';
import { nextBackOff, type BackOff } from './back-off.js';
import { verdictOf } from './failure-policy.js';
import { awaitingReplacement, failedIndexes, indexesOf, succeededIndexes } from './indexes.js';
import { total, type Intervals } from './intervals.js';
import type { JobMemory } from './memory.js';
import { hasLimitPerIndex, isIndexed, isPodFailed, isTracked, validIndexOf } from './spec.js';

/** The status while a pass changes it. */
export type StatusDraft = { -readonly [Field in keyof JobStatus]: JobStatus[Field] | undefined } & {
  conditions: readonly JobCondition[];
  uncounted: { succeeded: readonly string[]; failed: readonly string[] };
};

/** A Job and its pods in one pass. */
export interface JobState {
  readonly key: string;
  job: Job;
  readonly status: StatusDraft;
  readonly pods: readonly Pod[];
  readonly activePods: readonly Pod[];
  /** The uids that the status counts not yet, as they were when the pass began. */
  readonly uncounted: {
    readonly succeeded: ReadonlySet<string>;
    readonly failed: ReadonlySet<string>;
  };
  /** The pods whose finalizer is about to be seen to go. */
  readonly released: ReadonlySet<string>;
  succeeded: number;
  readonly failed: number;
  terminating: number;
  ready: number;
  readonly backOff: BackOff;
  readonly succeededBefore: Intervals;
  succeededIndexes: Intervals;
  /** Undefined when failures are not counted for each index. */
  readonly failedIndexes: Intervals | undefined;
  /** By index, the failed pods that wait for their replacement. */
  readonly awaiting: ReadonlyMap<number, Pod>;
  finished: JobCondition | undefined;
  /** The group that its pods are made for, if any. */
  podGroup?: PodGroup | undefined;
}

/** Looks at the pods of the Job. */
export function observe(key: string, job: Job, pods: readonly Pod[], memory: JobMemory): JobState {
  const status = draftOf(job.status);
  const activePods = pods.filter(isActive);
  const uncounted = {
    succeeded: new Set(status.uncounted.succeeded),
    failed: new Set(status.uncounted.failed),
  };
  const released = memory.releasedPods(key);
  const valid = pods.filter(pod => {
    if (!isTracked(pod) || released.has(pod.metadata.uid ?? '')) return false;
    return !isIndexed(job) || validIndexOf(pod, job) !== undefined;
  });
  const isNew = (counted: ReadonlySet<string>) => (pod: Pod) =>
    !counted.has(pod.metadata.uid ?? '');
  const newSucceeded = valid
    .filter(isNew(uncounted.succeeded))
    .filter(pod => pod.status?.phase === 'Succeeded');
  const failedPods = valid.filter(pod => isPodFailed(pod, job));
  const newFailed = failedPods.filter(isNew(uncounted.failed));
  const countedFailed = newFailed.filter(pod => verdictOf(job.spec?.podFailurePolicy, pod).counts);
  const indexes = indexesIn(job, pods, activePods, failedPods);
  const succeeded = (status.succeeded ?? 0) + newSucceeded.length + uncounted.succeeded.size;
  return {
    key,
    job,
    status,
    pods,
    activePods,
    uncounted,
    released,
    succeeded: isIndexed(job) ? total(indexes.succeededIndexes) : succeeded,
    failed: (status.failed ?? 0) + countedFailed.length + uncounted.failed.size,
    terminating: pods.filter(isTerminating).length,
    ready: activePods.filter(isReady).length,
    backOff: nextBackOff(memory.backOffs.get(key), newSucceeded, newFailed),
    ...indexes,
    finished: undefined,
  };
}

function indexesIn(
  job: Job,
  pods: readonly Pod[],
  activePods: readonly Pod[],
  failedPods: readonly Pod[],
): Pick<JobState, 'succeededBefore' | 'succeededIndexes' | 'failedIndexes' | 'awaiting'> {
  if (!isIndexed(job)) {
    const none: Intervals = [];
    return {
      succeededBefore: none,
      succeededIndexes: none,
      failedIndexes: undefined,
      awaiting: new Map(),
    };
  }
  const { before, now } = succeededIndexes(job, pods);
  if (!hasLimitPerIndex(job)) {
    return {
      succeededBefore: before,
      succeededIndexes: now,
      failedIndexes: undefined,
      awaiting: new Map(),
    };
  }
  const failed = failedIndexes(job, pods);
  const active = indexesOf(activePods);
  return {
    succeededBefore: before,
    succeededIndexes: now,
    failedIndexes: failed,
    awaiting: awaitingReplacement(job, failedPods, { succeeded: now, failed, active }),
  };
}

function draftOf(status: JobStatus | undefined): StatusDraft {
  const { succeeded = [], failed = [] } = status?.uncountedTerminatedPods ?? {};
  const conditions = status?.conditions ?? [];
  return Object.assign({}, status, { conditions, uncounted: { succeeded, failed } });
}

/** The status as it is written: without the zeros that Go leaves out. */
export function writtenStatus(draft: StatusDraft): JobStatus {
  const { uncounted, conditions, ...status } = draft;
  const numbers = { active: status.active, succeeded: status.succeeded, failed: status.failed };
  const { active: _active, succeeded: _succeeded, failed: _failed, ...others } = status;
  return {
    ...(conditions.length > 0 && { conditions }),
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => (value ?? 0) !== 0)),
    ...Object.fromEntries(
      Object.entries(others).filter(([key, value]) => {
        return value !== undefined && (key !== 'completedIndexes' || value !== '');
      }),
    ),
    uncountedTerminatedPods: {
      ...(uncounted.succeeded.length > 0 && { succeeded: uncounted.succeeded }),
      ...(uncounted.failed.length > 0 && { failed: uncounted.failed }),
    },
  };
}
