/** One pass over a Rollout that goes step by step. @upstream argo-rollouts rollout/canary.go */
import { selectorText } from './selector-text.js';
import type { Reconciliation } from '../../client/contract.js';
import { areAsDesired, countsOf, hasStable } from './canary-counts.js';
import { currentStep, hasChanged, pauseSecondsOf, stepText } from './canary-steps.js';
import { removeDeadlines } from './deadlines.js';
import { canaryOf, statusOf } from './defaults.js';
import { stepHashOf } from './hash.js';
import { trimHistory } from './history.js';
import { scaleNewSet } from './new-set.js';
import { scaleOldSets } from './old-sets.js';
import { endMs, pauseConditionOf } from './pause.js';
import { keepPodMetadata } from './pod-metadata.js';
import { promote, promotionOf } from './promotion.js';
import { hashOfSet, sizeOf, sumOf } from './replica-sets.js';
import { restartPods } from './restart.js';
import { isWithinWindow } from './rollback.js';
import { keepRuns } from './runs.js';
import { keepCanaryServices } from './services.js';
import { scale, syncRevision } from './sets.js';
import type { Failure, RolloutState } from './state.js';
import { baseStatus, persist, resetStatus } from './status.js';
import { routeTraffic } from './traffic.js';

/** The pass. */
export function* passCanary(state: RolloutState): Reconciliation<Failure> {
  const isNew = hasChanged(state.rollout, state.newSet);
  const failure = yield* syncRevision(state);
  if (failure !== undefined) return failure;
  if (isNew) return yield* tellCanary(state);
  const restarted = yield* restartPods(state);
  if (typeof restarted === 'string') return restarted;
  // The counts do not know yet of the pods that went.
  if (restarted > 0) return undefined;
  for (const step of steps) {
    const refused = yield* step(state);
    if (refused !== undefined) return refused;
  }
  const analysed = yield* keepRuns(state);
  if (state.pause.hasAdded) return yield* tellCanary(state);
  if (analysed !== undefined) return analysed;
  const scaled = yield* scaleCanary(state);
  if (typeof scaled === 'string') return scaled;
  if (!scaled) pauseAtStep(state);
  return yield* tellCanary(state);
}

const steps = [keepPodMetadata, trimHistory, keepCanaryServices, routeTraffic] as const;

/** Whether any set was scaled: one after the other. @upstream reconcileCanaryReplicaSets */
export function* scaleCanary(state: RolloutState): Reconciliation<boolean | string> {
  if (state.isHalted) return false;
  const failure = yield* removeDeadlines(state);
  if (failure !== undefined) return failure;
  const { stableSet, rollout } = state;
  if (stableSet !== undefined && hasStable(state)) {
    // With the weights of the last pass: pods of the stable set follow the traffic.
    const { stable } = countsOf(rollout, state, statusOf(rollout).canary?.weights);
    const scaled = yield* scale(state, stableSet, stable);
    if (!scaled.isOk) return scaled.failure;
    if (scaled.hasScaled) return true;
  }
  const scaled = yield* scaleNewSet(state);
  if (scaled?.isOk === false) return scaled.failure;
  if (scaled?.hasScaled === true) return true;
  return yield* scaleOldSets(state);
}

/** Whether the steps wait here. @upstream reconcileCanaryPause */
function pauseAtStep(state: RolloutState): void {
  const { rollout, pause, nowMs } = state;
  const { promoteFull, controllerPause } = statusOf(rollout);
  const { step } = currentStep(rollout);
  if (rollout.spec.paused === true || promoteFull === true || step?.pause === undefined) return;
  const condition = pauseConditionOf(rollout, 'CanaryPauseStep');
  if (condition === undefined) {
    if (controllerPause !== true) pause.add('CanaryPauseStep');
    return;
  }
  const seconds = pauseSecondsOf(step);
  if (seconds === undefined) return;
  // Upstream looks within its resync of 15 minutes only, and again then.
  const leftMs = endMs(condition, seconds) - nowMs;
  if (leftMs > 0) state.again(leftMs);
}

/** Tells how it stands. @upstream syncRolloutStatusCanary */
export function* tellCanary(state: RolloutState): Reconciliation<Failure> {
  const { rollout, allSets, newSet, pause } = state;
  const status = baseStatus(state);
  const before = statusOf(rollout);
  const count = (canaryOf(rollout)?.steps ?? []).length;
  status.availableReplicas = sumOf(allSets, 'availableReplicas');
  status.HPAReplicas = sumOf(allSets, 'replicas');
  status.selector = selectorText(rollout.spec.selector);
  status.currentStepHash = stepHashOf(rollout);
  if (hasChanged(rollout, newSet)) {
    resetStatus(state, status);
    if (newSet !== undefined && count > 0 && skipsSteps(state)) status.currentStepIndex = count;
    return yield* persist(state, status);
  }
  let { index } = currentStep(rollout);
  if (before.promoteFull === true || isWithinWindow(state)) {
    pause.clear();
    pause.removeAbort();
    if (count > 0) index = count;
  }
  const reason = promotionOf(state, status);
  if (reason !== '') {
    const failure = yield* promote(state, status, reason);
    return failure ?? (yield* persist(state, status));
  }
  if (pause.isAborted) {
    if (count > 0) status.currentStepIndex = status.stableRS === status.currentPodHash ? count : 0;
    return yield* persist(state, status);
  }
  if (index !== undefined && hasPassedStep(state)) {
    index++;
    const { currentStepAnalysisRunStatus: _, ...canary } = status.canary ?? {};
    status.canary = canary;
    const { step = {} } = currentStep(rollout);
    const message = `Rollout step ${index}/${count} completed (${stepText(step)})`;
    state.tell('RolloutStepCompleted', message);
    pause.remove('CanaryPauseStep');
  }
  if (index !== undefined) status.currentStepIndex = index;
  return yield* persist(state, status);
}

/** Back to a template whose pods are there: no steps need be taken. */
function skipsSteps(state: RolloutState): boolean {
  const { rollout, newSet } = state;
  const isStable = statusOf(rollout).stableRS === hashOfSet(newSet);
  const skips = isStable || (isWithinWindow(state) && sizeOf(newSet) > 0);
  if (skips) {
    const to = isStable ? 'stable ReplicaSets' : 'active ReplicaSets within RollbackWindow';
    state.tell('SkipSteps', `Rollback to ${to}`);
  }
  return skips;
}

/** Whether what the step asks for has come to pass. @upstream completedCurrentCanaryStep */
function hasPassedStep(state: RolloutState): boolean {
  const { rollout, pause, runs, draft } = state;
  const { step } = currentStep(rollout);
  if (rollout.spec.paused === true || step === undefined) return false;
  if (step.pause !== undefined) return pause.hasPassedStep(step);
  if (step.setCanaryScale !== undefined || step.setWeight !== undefined) {
    return areAsDesired(rollout, state, draft.canary?.weights);
  }
  if (step.experiment !== undefined || step.plugin !== undefined) return false;
  if (step.analysis !== undefined) return runs.step?.status?.phase === 'Successful';
  return step.setHeaderRoute !== undefined || step.setMirrorRoute !== undefined;
}
