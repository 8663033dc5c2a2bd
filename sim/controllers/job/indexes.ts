/** Which indexes of a Job are done, failed, running or still to come. @upstream pkg/controller/job/indexed_job_utils.go */
import type { Job } from '../../api/kinds/batch.js';
import type { Pod } from '../../api/kinds/core.js';
import { sortForRemoval } from '../control/pod-ranking.js';
import { finishedMs } from './back-off.js';
import { verdictOf } from './failure-policy.js';
import { has, merged, parsed, withIndexes, type Intervals } from './intervals.js';
import { indexOf, isPodFailed, isTracked, validIndexOf } from './spec.js';

/** How often an index had failed when the pod was made. */
export const failureCountKey = 'batch.kubernetes.io/job-index-failure-count';
/** How often it had failed without that being counted. */
export const ignoredCountKey = 'batch.kubernetes.io/job-index-ignored-failure-count';

/** The indexes that the status tells as succeeded, and those with the pods that have since. */
export function succeededIndexes(
  job: Job,
  pods: readonly Pod[],
): { readonly before: Intervals; readonly now: Intervals } {
  const before = parsed(job.status?.completedIndexes, job.spec?.completions ?? 0);
  const isNew = (pod: Pod) => pod.status?.phase === 'Succeeded' && isTracked(pod);
  return { before, now: withIndexes(before, validIndexes(job, pods.filter(isNew))) };
}

/** The indexes that have failed as often as they may. */
export function failedIndexes(job: Job, pods: readonly Pod[]): Intervals {
  const before = parsed(job.status?.failedIndexes, job.spec?.completions ?? 0);
  const isNew = (pod: Pod) => isTracked(pod) && isIndexFailed(job, pod);
  return withIndexes(before, validIndexes(job, pods.filter(isNew)));
}

function isIndexFailed(job: Job, pod: Pod): boolean {
  if (!isPodFailed(pod, job)) return false;
  const { action, counts } = verdictOf(job.spec?.podFailurePolicy, pod);
  if (action === 'FailIndex') return true;
  return counts && countIn(pod, failureCountKey) >= (job.spec?.backoffLimitPerIndex ?? 0);
}

/** The indexes of the pods. */
export function indexesOf(pods: readonly Pod[]): ReadonlySet<number> {
  return new Set(pods.map(indexOf).filter(index => index !== undefined));
}

function validIndexes(job: Job, pods: readonly Pod[]): readonly number[] {
  return pods.map(pod => validIndexOf(pod, job)).filter(index => index !== undefined);
}

/** The smallest indexes that none of the intervals has. */
export function firstPending(
  taken: readonly Intervals[],
  { count, completions }: { readonly count: number; readonly completions: number },
): readonly number[] {
  const notPending = taken.reduce(merged, []);
  const pending: number[] = [];
  let candidate = 0;
  for (const { first, last } of [...notPending, { first: completions, last: completions }]) {
    while (candidate < Math.min(first, completions) && pending.length < count) {
      pending.push(candidate++);
    }
    candidate = Math.max(candidate, last + 1);
  }
  return pending;
}

/** How often the pod's index had failed before it, counted or not. */
export function absoluteFailures(pod: Pod): number {
  return countIn(pod, failureCountKey) + countIn(pod, ignoredCountKey);
}

/** The failure counts of a pod that replaces this one. */
export function nextFailureCounts(
  job: Job,
  replaced: Pod | undefined,
): Readonly<Record<string, string>> {
  if (replaced === undefined) return { [failureCountKey]: '0' };
  const { counts } = verdictOf(job.spec?.podFailurePolicy, replaced);
  const failures = countIn(replaced, failureCountKey) + (counts ? 1 : 0);
  const ignored = countIn(replaced, ignoredCountKey) + (counts ? 0 : 1);
  return {
    [failureCountKey]: String(failures),
    ...(ignored > 0 && { [ignoredCountKey]: String(ignored) }),
  };
}

function countIn({ metadata }: Pod, key: string): number {
  const text = metadata.annotations?.[key] ?? '';
  return /^\+?\d+$/.test(text) && Number(text) <= 2_147_483_647 ? Number(text) : 0;
}

/**
 * Of the failed pods of each index that has neither ended nor a running pod, the latest: it is kept
 * until its replacement, which takes over its counts, is made.
 */
export function awaitingReplacement(
  job: Job,
  failedPods: readonly Pod[],
  ended: {
    readonly succeeded: Intervals;
    readonly failed: Intervals;
    readonly active: ReadonlySet<number>;
  },
): ReadonlyMap<number, Pod> {
  const latest = new Map<number, Pod>();
  for (const pod of failedPods) {
    const index = validIndexOf(pod, job);
    if (index === undefined || ended.active.has(index)) continue;
    if (has(ended.succeeded, index) || has(ended.failed, index)) continue;
    const known = latest.get(index);
    const isLater =
      known === undefined ||
      (absoluteFailures(known) <= absoluteFailures(pod) && finishedMs(known) <= finishedMs(pod));
    if (isLater) latest.set(index, pod);
  }
  return latest;
}

/** Splits the active pods into those of no, double or former indexes, which are to go, and the others. */
export function superfluous(
  pods: readonly Pod[],
  completions: number,
): { readonly toRemove: Pod[]; readonly left: Pod[] } {
  const toRemove: Pod[] = [];
  const left: Pod[] = [];
  const byIndex = new Map<number, Pod[]>();
  const outOfRange: Pod[] = [];
  for (const pod of pods) {
    const index = indexOf(pod);
    if (index === undefined) toRemove.push(pod);
    else if (index >= completions) outOfRange.push(pod);
    else byIndex.set(index, [...(byIndex.get(index) ?? []), pod]);
  }
  for (const [, group] of [...byIndex].sort(([a], [b]) => a - b)) {
    const sorted = sortForRemoval(group);
    left.push(...sorted.slice(-1));
    toRemove.push(...sorted.slice(0, -1));
  }
  return { toRemove: [...toRemove, ...outOfRange], left };
}
