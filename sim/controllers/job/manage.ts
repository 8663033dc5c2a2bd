/** Makes and deletes the pods of a Job. @upstream pkg/controller/job/job_controller.go manageJob */
import { jobs } from '../../api/kinds/batch.js';
import { pods, type Pod } from '../../api/kinds/core.js';
import type { ControllerContext, Reconciliation } from '../../client/contract.js';
import { createExpected, deletePod, removeFinalizer } from '../control/pod-control.js';
import { sortForRemoval } from '../control/pod-ranking.js';
import { isReady, isTerminating } from '../control/pod-state.js';
import { slowCreations } from '../control/slow-start.js';
import { remainingMs } from './back-off.js';
import {
  absoluteFailures,
  firstPending,
  indexesOf,
  nextFailureCounts,
  superfluous,
} from './indexes.js';
import { finishedMs } from './back-off.js';
import { withIndexes } from './intervals.js';
import type { JobMemory } from './memory.js';
import { inGroup } from './gang.js';
import { indexedPod, podOf } from './pods.js';
import {
  hasLimitPerIndex,
  isIndexed,
  isSuspended,
  isTracked,
  replacesOnlyFailed,
  trackingFinalizer,
} from './spec.js';
import type { JobState } from './state.js';

/** How many pods one pass makes or deletes at most. */
const podsMax = 500;
/** Changes of pods are gathered for so long before the next pass. */
export const batchMs = 1000;

/** What a pass needs besides the Job's state. */
export interface JobTools {
  readonly context: ControllerContext;
  readonly memory: JobMemory;
  /** Whether Jobs whose pods are of use only together get a group: the gate WorkloadWithJob. */
  readonly makesGroups: boolean;
}

/** How many pods are active after it, and the first error. */
export interface Managed {
  readonly active: number;
  readonly error?: string;
}

/** Brings the number of active pods to what the Job wants now. */
export function* managePods(state: JobState, tools: JobTools): Reconciliation<Managed> {
  const { job, activePods } = state;
  if (isSuspended(job)) {
    const victims = podsToRemove(state, activePods.length);
    return yield* removePods(state, victims, tools);
  }
  const wanted = wantedActive(state);
  const excess = Math.max(0, activePods.length - wanted);
  const victims = podsToRemove(state, excess).slice(0, podsMax);
  if (victims.length > 0) return yield* removePods(state, victims, tools);
  const terminating = replacesOnlyFailed(job) ? state.terminating : 0;
  const missing = wanted - terminating - activePods.length;
  if (missing <= 0) return { active: activePods.length };
  return yield* addPods(state, Math.min(missing, podsMax), tools);
}

/** How many pods should be active. */
function wantedActive({ job, activePods, succeeded }: JobState): number {
  const { completions, parallelism = 1 } = job.spec ?? {};
  if (completions === undefined) return succeeded > 0 ? activePods.length : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded));
}

/** Pods of no or double index first, then those that have got least far. */
function podsToRemove({ job, activePods }: JobState, atLeast: number): readonly Pod[] {
  const { toRemove, left } = isIndexed(job)
    ? superfluous(activePods, job.spec?.completions ?? 0)
    : { toRemove: [], left: activePods };
  const more = atLeast - toRemove.length;
  return more > 0 ? [...toRemove, ...sortForRemoval(left).slice(0, more)] : toRemove;
}

function* removePods(
  state: JobState,
  victims: readonly Pod[],
  { context, memory }: JobTools,
): Reconciliation<Managed> {
  const { key, job } = state;
  const { expectations } = memory;
  if (victims.length > 0 || isSuspended(job)) expectations.expectDeletions(key, victims.length);
  let removed = victims.length;
  let error: string | undefined;
  const fail = (status: number, message: string) => {
    expectations.deletionSeen(key);
    if (status === 404) return;
    removed--;
    error ??= message;
  };
  for (const pod of victims) {
    if (isTracked(pod)) {
      const patched = yield* removeFinalizer(pod, trackingFinalizer);
      if (!patched.isOk) {
        fail(patched.status, `removing completion finalizer: ${patched.message}`);
        continue;
      }
      memory.ownWrites.note(key, job, pods, patched.object);
    }
    const deleted = yield* deletePod(context.events, { object: job, kind: jobs }, pod);
    if (!deleted.isOk) fail(deleted.status, `unable to delete pods: ${deleted.message}`);
    if (isReady(pod)) state.ready--;
  }
  state.terminating += removed;
  const active = state.activePods.length - removed;
  return error === undefined ? { active } : { active, error };
}

function* addPods(state: JobState, missing: number, tools: JobTools): Reconciliation<Managed> {
  const { job, key } = state;
  const { context, memory } = tools;
  const nowMs = context.clock.now();
  const waitMs = hasLimitPerIndex(job) ? 0 : remainingMs(state.backOff, nowMs);
  const indexes = waitMs > 0 || !isIndexed(job) ? undefined : indexesToAdd(state, missing, nowMs);
  const delayMs = indexes?.delayMs ?? waitMs;
  if (delayMs > 0) {
    // As upstream: while a creation waits for the back-off, no active pods are told.
    context.queue.addAfter(key, Math.max(delayMs, batchMs));
    return { active: 0 };
  }
  const count = indexes?.now.length ?? missing;
  const template = inGroup(podOf(job), state.podGroup);
  const { expectations } = memory;
  expectations.expectCreations(key, count);
  const { successes, error } = yield* slowCreations({ expectations, key }, count, position => {
    const index = indexes?.now[position];
    const pod =
      index === undefined ? template : indexedPod(job, template, index, counts(state, index));
    return createExpected(context.events, memory, { key, object: job, kind: jobs }, pod);
  });
  const active = state.activePods.length + successes;
  return error === undefined ? { active } : { active, error };
}

function counts({ job, awaiting }: JobState, index: number): Readonly<Record<string, string>> {
  return hasLimitPerIndex(job) ? nextFailureCounts(job, awaiting.get(index)) : {};
}

/** The smallest indexes without a pod, of those that need not wait; or for how long all have to. */
function indexesToAdd(
  state: JobState,
  count: number,
  nowMs: number,
): { readonly now: readonly number[]; readonly delayMs: number } {
  const { job, pods, activePods, succeededIndexes, failedIndexes = [], awaiting } = state;
  const terminating = replacesOnlyFailed(job) ? pods.filter(isTerminating) : [];
  const running = withIndexes([], indexesOf([...activePods, ...terminating]));
  const pending = firstPending([succeededIndexes, running, failedIndexes], {
    count,
    completions: job.spec?.completions ?? 0,
  });
  if (!hasLimitPerIndex(job)) return { now: pending, delayMs: 0 };
  const waits = pending.map(index => {
    const pod = awaiting.get(index);
    if (pod === undefined) return 0;
    const failures = absoluteFailures(pod) + 1;
    return remainingMs({ failures, lastFailureMs: finishedMs(pod) }, nowMs);
  });
  const now = pending.filter((_index, position) => waits[position] === 0);
  return { now, delayMs: now.length > 0 || waits.length === 0 ? 0 : Math.min(...waits) };
}
