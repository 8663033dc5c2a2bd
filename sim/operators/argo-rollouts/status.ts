/** The status at the end of a pass. @upstream argo-rollouts rollout/sync.go persistRolloutStatus */
import { timeMs } from '../../api/time.js';
import type { Reconciliation } from '../../client/contract.js';
import {
  conditionIn,
  hasProgressed,
  hasTimedOut,
  isCompleted,
  isHealthy,
  without,
} from './conditions.js';
import { canaryOf, deadlineSecondsOf, statusOf } from './defaults.js';
import { hashOf } from './hash.js';
import { keys } from './keys.js';
import { phaseOf } from './phase.js';
import { hashOfSet, sumOf } from './replica-sets.js';
import { isResolved } from './resolved.js';
import type { Failure, RolloutState } from './state.js';
import { mayLast, subjectOf, waitsForOldSets } from './progress.js';
import { patchTo } from './status-writes.js';
import { toldConditions } from './told-conditions.js';
import type { StatusDraft } from './types.js';

/** What all strategies tell. @upstream calculateBaseStatus */
export function baseStatus(state: RolloutState): StatusDraft {
  const { rollout, newSet, allSets, draft } = state;
  const { conditions, collisionCount, promoteFull, stableRS = '' } = statusOf(rollout);
  const currentPodHash = newSet === undefined ? hashOf(rollout) : hashOfSet(newSet);
  return {
    ...draft,
    currentPodHash,
    stableRS,
    replicas: sumOf(allSets, 'replicas'),
    updatedReplicas: newSet?.status?.replicas ?? 0,
    readyReplicas: sumOf(allSets, 'readyReplicas'),
    ...(collisionCount !== undefined && { collisionCount }),
    // The pass would not have come here with a spec that cannot be used.
    conditions: without(conditions, 'InvalidSpec'),
    // Upstream compares with the stable hash before that is filled in: nobody is promoted by then.
    promoteFull: promoteFull === true,
  };
}

/** As if an update had just begun. @upstream resetRolloutStatus */
export function resetStatus(state: RolloutState, status: StatusDraft): void {
  const { pause, rollout } = state;
  pause.clear();
  pause.removeAbort();
  if (rollout.spec.restartAt !== undefined) status.restartedAt = rollout.spec.restartAt;
  else delete status.restartedAt;
  status.promoteFull = false;
  status.blueGreen = {};
  const { weights } = status.canary ?? {};
  status.canary = weights === undefined ? {} : { weights };
  delete status.currentStepIndex;
  if ((canaryOf(rollout)?.steps ?? []).length > 0) status.currentStepIndex = 0;
}

/** Puts conditions and phase into the status, and writes what differs. */
export function* persist(state: RolloutState, status: StatusDraft): Reconciliation<Failure> {
  const { rollout, pause } = state;
  status.observedGeneration = String(rollout.metadata.generation ?? 0);
  delete status.workloadObservedGeneration;
  if (isResolved(rollout)) {
    const seen = rollout.metadata.annotations?.[keys.workloadGeneration] ?? '0';
    status.workloadObservedGeneration = seen;
  }
  abortIfStuck(state, status);
  pause.tell(status);
  status.conditions = toldConditions(state, status);
  Object.assign(status, phaseOf(rollout.spec, status));
  const before = statusOf(rollout);
  const failure = yield* patchTo(state, status);
  if (failure !== undefined) return failure;
  if (state.rollout.status === rollout.status) lookAgainIfStuck(state, status);
  else tellPauses(state, before.pauseConditions !== undefined, status);
  return undefined;
}

function tellPauses(state: RolloutState, hadPauses: boolean, status: StatusDraft): void {
  const [first] = status.pauseConditions ?? [];
  if (first !== undefined && !hadPauses) {
    state.tell('RolloutPaused', `Rollout is paused (${first.reason})`);
  }
  if (first === undefined && hadPauses && status.abortedAt === undefined) {
    state.tell('RolloutResumed', 'Rollout is resumed');
  }
}

/** @upstream evaluateProgressDeadlineAbort */
function abortIfStuck(state: RolloutState, status: StatusDraft): void {
  const { rollout, pause } = state;
  if (rollout.spec.progressDeadlineAbort !== true || pause.isAborted) return;
  if (isCompleted(status) || hasProgressed(rollout, status)) return;
  if (mayLast(state) || waitsForOldSets(state)) return;
  if (!hasTimedOut(rollout, statusOf(rollout).conditions, state.nowMs)) return;
  const message = `${subjectOf(state)} has timed out progressing.`;
  pause.abort(message);
  state.tell('RolloutAborted', message, 'Warning');
}

/** Nothing has changed: looks again when the deadline has passed. @upstream requeueStuckRollout */
function lookAgainIfStuck(state: RolloutState, status: StatusDraft): void {
  const { rollout, nowMs } = state;
  const { conditions, pauseConditions = [], abort } = statusOf(rollout);
  const current = conditionIn(conditions, 'Progressing');
  if (current === undefined || isHealthy(rollout, status)) return;
  const isPaused = pauseConditions.length > 0 || rollout.spec.paused === true;
  if (current.reason === 'ProgressDeadlineExceeded' || isPaused) return;
  if (abort === true || mayLast(state)) return;
  const sinceMs = timeMs(current.lastUpdateTime) ?? 0;
  const leftMs = sinceMs + deadlineSecondsOf(rollout) * 1000 - nowMs;
  // Upstream looks again and again in the last second.
  state.again(Math.max(0, leftMs) + 1000);
}
