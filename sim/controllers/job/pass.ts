/** One pass over a Job. @upstream pkg/controller/job/job_controller.go syncJob */
import { jobs, type Job } from '../../api/kinds/batch.js';
import { pods, type Pod } from '../../api/kinds/core.js';
import { isDeleting, keyOf } from '../../api/meta.js';
import { selectorOf } from '../../api/selectors.js';
import { rfc3339 } from '../../api/time.js';
import type { Outcome, Reconciliation } from '../../client/contract.js';
import { claim } from '../control/claim.js';
import { Refused } from '../control/must.js';
import { ownedAndOrphans } from '../control/owner.js';
import { deletePod } from '../control/pod-control.js';
import { isReady } from '../control/pod-state.js';
import { changedBy, completionsReached, condition } from './conditions.js';
import { gangOf } from './gang.js';
import { managePods, type JobTools } from './manage.js';
import { isSuspended, isTracked, trackingFinalizer } from './spec.js';
import { observe, type JobState } from './state.js';
import { trackPods } from './track.js';
import { deadlineLeftMs, verdict } from './verdict.js';

/** Brings the Job's pods and status up to date. */
export function* syncJob(key: string, job: Job, tools: JobTools): Reconciliation<Outcome> {
  const { context, memory, makesGroups } = tools;
  const isUpToDate = memory.expectations.areMet(key);
  const known = yield* podsOf(job, tools);
  const podGroup = makesGroups ? yield* gangOf(job, known, context) : undefined;
  const state = observe(key, job, known, memory);
  state.podGroup = podGroup;
  const { status } = state;
  const nowMs = context.clock.now();
  if (status.startTime === undefined && !isSuspended(job)) status.startTime = rfc3339(nowMs);
  state.finished = verdict(state, nowMs);
  const leftMs = state.finished === undefined ? deadlineLeftMs(state, nowMs) : undefined;
  if (leftMs !== undefined) context.queue.addAfter(key, leftMs);

  const { active, error, isChanged } =
    state.finished === undefined
      ? yield* goOn(state, isUpToDate, tools)
      : yield* windUp(state, isUpToDate, tools);
  const needsWrite =
    isChanged ||
    active !== (status.active ?? 0) ||
    state.ready !== status.ready ||
    state.terminating !== status.terminating;
  status.active = active;
  status.ready = state.ready;
  status.terminating = state.terminating;
  yield* trackPods(state, needsWrite, tools);
  return error === undefined ? undefined : { retry: error };
}

interface Step {
  readonly active: number;
  readonly error?: string | undefined;
  /** Whether conditions have changed. */
  readonly isChanged: boolean;
}

/** The pods of the Job, adopted ones with the finalizer that they get. */
function* podsOf(job: Job, { context, memory }: JobTools): Reconciliation<readonly Pod[]> {
  const selector = selectorOf(job.spec?.selector);
  const { objects, error } = yield* claim({
    owner: job,
    ownerKind: jobs,
    kind: pods,
    candidates: ownedAndOrphans(context.view, pods, job),
    matches: pod => selector.matches(pod.metadata.labels),
    finalizers: [trackingFinalizer],
    adopted: pod => memory.ownWrites.note(keyOf(job), job, pods, pod),
  });
  if (error !== undefined) throw new Refused(error);
  return objects.map(pod => {
    const { ownerReferences = [], finalizers = [] } = pod.metadata;
    const isOwned = ownerReferences.some(({ uid }) => uid === job.metadata.uid);
    if (isOwned || isTracked(pod)) return pod;
    return {
      ...pod,
      metadata: { ...pod.metadata, finalizers: [...finalizers, trackingFinalizer] },
    };
  });
}

/** The Job is ending: deletes its active pods, which keep their finalizers until they are counted. */
function* windUp(
  state: JobState,
  isUpToDate: boolean,
  { context }: JobTools,
): Reconciliation<Step> {
  const { job, activePods } = state;
  let deleted = 0;
  let error: string | undefined;
  for (const pod of activePods) {
    const answer = yield* deletePod(context.events, { object: job, kind: jobs }, pod);
    if (answer.isOk || answer.status === 404) deleted++;
    else error ??= `unable to delete pods: ${answer.message}`;
    if (isReady(pod)) state.ready--;
  }
  if (deleted !== activePods.length || !isUpToDate) state.finished = undefined;
  state.terminating += deleted;
  return { active: activePods.length - deleted, error, isChanged: false };
}

function* goOn(state: JobState, isUpToDate: boolean, tools: JobTools): Reconciliation<Step> {
  const { job, activePods } = state;
  const mayManage = isUpToDate && !isDeleting(job);
  const { active, error } = mayManage
    ? yield* managePods(state, tools)
    : { active: activePods.length };
  const completions = job.spec?.completions;
  const hasEnough =
    completions === undefined ? state.succeeded > 0 : state.succeeded >= completions;
  if (hasEnough && active === 0) {
    state.finished = condition('SuccessCriteriaMet', completionsReached, tools.context.clock.now());
    return { active, error, isChanged: false };
  }
  return { active, error, isChanged: mayManage && tellSuspension(state, tools) };
}

/** Tells that the Job is suspended or resumed, and stops or restarts its clock. */
function tellSuspension({ job, status }: JobState, { context }: JobTools): boolean {
  const nowMs = context.clock.now();
  const isOff = isSuspended(job);
  const told = isOff
    ? { reason: 'JobSuspended', message: 'Job suspended' }
    : { reason: 'JobResumed', message: 'Job resumed' };
  const next = condition('Suspended', told, nowMs, isOff ? 'True' : 'False');
  const conditions = changedBy(status.conditions, next);
  if (conditions === undefined) return false;
  status.conditions = conditions;
  status.startTime = isOff ? undefined : rfc3339(nowMs);
  const reason = isOff ? 'Suspended' : 'Resumed';
  context.events.record({ regarding: job, type: 'Normal', reason, message: told.message });
  return true;
}
