/** One pass over a Rollout that goes from one Service to the other. @upstream argo-rollouts rollout/bluegreen.go */
import type { Service } from '../../api/kinds/core.js';
import type { Reconciliation } from '../../client/contract.js';
import { removeDeadlines } from './deadlines.js';
import { blueGreenOf, replicasOf, statusOf } from './defaults.js';
import { trimHistory } from './history.js';
import { isReadyForPause, scaleNewSet } from './new-set.js';
import { scaleOldSets } from './old-sets.js';
import { endMs, pauseConditionOf } from './pause.js';
import { keepPodMetadata } from './pod-metadata.js';
import { promote, promotionOf } from './promotion.js';
import {
  availableOf,
  findByHash,
  hasTemplateChanged,
  hashOfSet,
  isSaturated,
  sumOf,
} from './replica-sets.js';
import { restartPods } from './restart.js';
import { isFastRollback, isWithinWindow } from './rollback.js';
import { hasPassedPre } from './run-rules.js';
import { keepRuns } from './runs.js';
import { selectorText } from './selector-text.js';
import {
  blueGreenServices,
  selectedHash,
  switchSelector,
  type BlueGreenServices,
} from './services.js';
import { scale, syncRevision } from './sets.js';
import type { Failure, RolloutState } from './state.js';
import { baseStatus, persist, resetStatus } from './status.js';
import type { StatusDraft } from './types.js';

/** The pass. */
export function* passBlueGreen(state: RolloutState): Reconciliation<Failure> {
  const found = blueGreenServices(state);
  if ('failure' in found) return found.failure;
  const failure = yield* syncRevision(state);
  if (failure !== undefined) return failure;
  const preview = yield* keepPreview(state, found.preview);
  if (preview !== undefined && 'failure' in preview) return preview.failure;
  const services = { active: found.active, preview };
  if (hasTemplateChanged(state.rollout, state.newSet)) {
    return yield* tellBlueGreen(state, services);
  }
  const restarted = yield* restartPods(state);
  if (typeof restarted === 'string') return restarted;
  const refused = yield* scaleBlueGreen(state);
  if (refused !== undefined) return refused;
  pauseBeforeSwitch(state, services.active);
  const active = yield* keepActive(state, services.active);
  if ('failure' in active) return active.failure;
  const rest = (yield* keepRuns(state)) ?? (yield* keepPodMetadata(state));
  return rest ?? (yield* tellBlueGreen(state, { active, preview }));
}

function* keepPreview(state: RolloutState, preview: Service | undefined) {
  if (preview === undefined || state.isHalted || state.newSet === undefined) return preview;
  return yield* switchSelector(state, preview, hashOfSet(state.newSet));
}

/** The sizes of all sets. @upstream reconcileBlueGreenReplicaSets */
export function* scaleBlueGreen(state: RolloutState): Reconciliation<Failure> {
  const failure = yield* removeDeadlines(state);
  if (failure !== undefined) return failure;
  const { stableSet, rollout } = state;
  if (stableSet !== undefined) {
    const scaled = yield* scale(state, stableSet, replicasOf(rollout));
    if (!scaled.isOk) return scaled.failure;
  }
  const scaled = yield* scaleNewSet(state);
  if (scaled?.isOk === false) return scaled.failure;
  yield* scaleOldSets(state);
  return yield* trimHistory(state);
}

/** Whether nothing is to be waited for. @upstream isBlueGreenFastTracked */
function isFast(state: RolloutState, active: Service): boolean {
  const hash = selectedHash(active);
  return (
    isFastRollback(state) ||
    statusOf(state.rollout).promoteFull === true ||
    hash === '' ||
    hash === hashOfSet(state.newSet)
  );
}

/** @upstream reconcileBlueGreenPause */
function pauseBeforeSwitch(state: RolloutState, active: Service): void {
  const { rollout, pause, nowMs, runs } = state;
  const { abort, blueGreen, controllerPause } = statusOf(rollout);
  if (abort === true || !isReadyForPause(state) || state.isHalted) return;
  const { autoPromotionEnabled = true, autoPromotionSeconds = 0 } = blueGreenOf(rollout) ?? {};
  const waits = !autoPromotionEnabled || autoPromotionSeconds > 0;
  if (isFast(state, active) || blueGreen?.scaleUpPreviewCheckPoint === true || !waits) {
    return pause.remove('BlueGreenPause');
  }
  if (!hasPassedPre(rollout, runs.pre)) return undefined;
  const condition = pauseConditionOf(rollout, 'BlueGreenPause');
  if (condition === undefined) {
    if (controllerPause !== true) pause.add('BlueGreenPause');
    return undefined;
  }
  if (pause.hasPassedBlueGreen()) return pause.remove('BlueGreenPause');
  const leftMs = endMs(condition, autoPromotionSeconds) - nowMs;
  if (autoPromotionSeconds > 0 && leftMs > 0) state.again(leftMs);
  return undefined;
}

/** Lets the active Service select the new template once all is well. @upstream reconcileActiveService */
function* keepActive(
  state: RolloutState,
  active: Service,
): Reconciliation<Service | { readonly failure: string }> {
  const { rollout, newSet, pause, runs } = state;
  if (state.isHalted || !isReadyForPause(state) || !isSaturated(rollout, newSet)) return active;
  const { abort, stableRS = '' } = statusOf(rollout);
  const isDue = pause.hasPassedBlueGreen() && hasPassedPre(rollout, runs.pre);
  const fresh = isFast(state, active) || isDue ? hashOfSet(newSet) : selectedHash(active);
  return yield* switchSelector(state, active, abort === true ? stableRS : fresh);
}

/** Tells how it stands. @upstream syncRolloutStatusBlueGreen */
function* tellBlueGreen(
  state: RolloutState,
  { active, preview }: BlueGreenServices,
): Reconciliation<Failure> {
  const { rollout, newSet, pause } = state;
  const status = baseStatus(state);
  if (hasTemplateChanged(rollout, newSet)) resetStatus(state, status);
  if (statusOf(rollout).promoteFull === true || isWithinWindow(state)) {
    pause.clear();
    pause.removeAbort();
  }
  const previewSelector = selectedHash(preview);
  status.blueGreen = { ...status.blueGreen, previewSelector, activeSelector: selectedHash(active) };
  const reason = promotionOf(state, status);
  const failure = reason === '' ? undefined : yield* promote(state, status, reason);
  if (failure !== undefined) return failure;
  if (reason === '') {
    const scaleUpPreviewCheckPoint = isPreviewChecked(state);
    status.blueGreen = { ...status.blueGreen, scaleUpPreviewCheckPoint };
  }
  countActive(state, status);
  return yield* persist(state, status);
}

/** What counts is the set that is in use. */
export function countActive({ rollout, allSets }: RolloutState, status: StatusDraft): void {
  const active = findByHash(allSets, status.blueGreen?.activeSelector ?? '');
  if (active === undefined) {
    status.HPAReplicas = sumOf(allSets, 'replicas');
    status.selector = selectorText(rollout.spec.selector);
    status.availableReplicas = sumOf(allSets, 'availableReplicas');
    return;
  }
  status.HPAReplicas = active.status?.replicas ?? 0;
  status.selector = selectorText(active.spec?.selector);
  status.availableReplicas = availableOf(active);
  status.readyReplicas = active.status?.readyReplicas ?? 0;
}

/** @upstream calculateScaleUpPreviewCheckPoint */
function isPreviewChecked({ rollout, pause, runs, newSet }: RolloutState): boolean {
  const { previewReplicaCount } = blueGreenOf(rollout) ?? {};
  if (previewReplicaCount === undefined) return false;
  if (statusOf(rollout).blueGreen?.scaleUpPreviewCheckPoint === true) return true;
  if (!hasPassedPre(rollout, runs.pre) || !pause.hasPassedBlueGreen()) return false;
  return previewReplicaCount === availableOf(newSet);
}
