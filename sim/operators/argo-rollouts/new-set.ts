/** Scales the new set. @upstream argo-rollouts rollout/replicaset.go reconcileNewReplicaSet, utils/replicaset/replicaset.go NewRSNewReplicas */
import type { ReplicaSet } from '../../api/kinds/apps.js';
import type { Reconciliation } from '../../client/contract.js';
import { countsOf } from './canary-counts.js';
import { addDeadline, delaysOnAbort } from './deadlines.js';
import { abortDelayOf, blueGreenOf, canaryOf, replicasOf, statusOf } from './defaults.js';
import {
  availableOf,
  findByHash,
  findStableSet,
  hasDeadline,
  hashOfSet,
  isBehind,
  isSame,
  leftMs,
  othersOf,
  revisionOf,
  sizeOf,
} from './replica-sets.js';
import { scaleWorkload } from './promotion.js';
import { scale, type Scaled } from './sets.js';
import type { RolloutState } from './state.js';
import type { TrafficWeights } from './types.js';

/** The size that the new set is to have. */
export function newSetSize(
  { rollout, allSets }: Pick<RolloutState, 'rollout' | 'allSets'>,
  newSet: ReplicaSet,
  weights?: TrafficWeights,
): number {
  if (canaryOf(rollout) === undefined) return previewSize({ rollout, allSets }, newSet);
  const stableSet = findStableSet(rollout, newSet, allSets);
  const others = othersOf(allSets, newSet, stableSet);
  return countsOf(rollout, { newSet, stableSet, others }, weights).canary;
}

function previewSize(
  { rollout, allSets }: Pick<RolloutState, 'rollout' | 'allSets'>,
  newSet: ReplicaSet,
): number {
  const replicas = replicasOf(rollout);
  const { previewReplicaCount } = blueGreenOf(rollout) ?? {};
  if (previewReplicaCount === undefined) return replicas;
  const { blueGreen, promoteFull, currentPodHash = '', pauseConditions = [] } = statusOf(rollout);
  const active = findByHash(allSets, blueGreen?.activeSelector ?? '');
  if (active === undefined || isSame(active, newSet) || promoteFull === true) return replicas;
  if (hashOfSet(newSet) !== currentPodHash) return previewReplicaCount;
  const isPaused = rollout.spec.paused === true || pauseConditions.length > 0;
  return !isPaused && blueGreen?.scaleUpPreviewCheckPoint === true ? replicas : previewReplicaCount;
}

/** Whether the new set is as large as it is to be, and all of it available. @upstream ReadyForPause */
export function isReadyForPause(state: RolloutState): boolean {
  const { newSet } = state;
  if (newSet === undefined) return false;
  const size = newSetSize(state, newSet);
  return sizeOf(newSet) === size && availableOf(newSet) === size;
}

/** Scales it. */
export function* scaleNewSet(state: RolloutState): Reconciliation<Scaled | undefined> {
  const { newSet, draft } = state;
  if (newSet === undefined) return undefined;
  let size = newSetSize(state, newSet, draft.canary?.weights);
  const isDelayed = delaysOnAbort(state);
  if (isDelayed) {
    const held = yield* holdAborted(state, newSet);
    if (held !== 'goes') return held;
    if (hasDeadline(newSet)) size = 0;
  }
  const scaled = yield* scale(state, newSet, size, isDelayed);
  if (scaled.isOk) yield* shrinkWorkload(state, newSet, size);
  return scaled;
}

/** An aborted set stays until its time has come, which begins once the stable one is whole. */
function* holdAborted(state: RolloutState, newSet: ReplicaSet): Reconciliation<Scaled | 'goes'> {
  const { rollout, stableSet, nowMs } = state;
  const kept: Scaled = { isOk: true, hasScaled: false, set: newSet };
  const seconds = abortDelayOf(rollout);
  if (hasDeadline(newSet)) {
    const left = leftMs(newSet, nowMs);
    if (left === undefined) return 'goes';
    state.again(left);
    const told = yield* tellSize(state, newSet);
    return told ?? kept;
  }
  if (seconds === undefined) return 'goes';
  const told = yield* tellSize(state, newSet);
  if (told !== undefined) return told;
  if (availableOf(stableSet) >= replicasOf(rollout)) {
    const failure = yield* addDeadline(state, state.newSet ?? newSet, seconds);
    if (failure !== undefined) return { isOk: false, failure };
  }
  return kept;
}

/** @upstream syncNewRSReplicasAnnotation */
function* tellSize(state: RolloutState, newSet: ReplicaSet): Reconciliation<Scaled | undefined> {
  if (!isBehind(newSet, replicasOf(state.rollout))) return undefined;
  const scaled = yield* scale(state, newSet, sizeOf(newSet), true);
  if (!scaled.isOk) return scaled;
  state.newSet = scaled.set;
  return undefined;
}

/** A Deployment whose place is taken shrinks as the first template grows; what fails is tried again with the next pass. */
function* shrinkWorkload(
  state: RolloutState,
  newSet: ReplicaSet,
  size: number,
): Reconciliation<void> {
  const { rollout } = state;
  const isFirst = revisionOf(newSet) === 1;
  if (!isFirst || rollout.spec.workloadRef?.scaleDown !== 'progressively') return;
  const { phase, readyReplicas = 0 } = statusOf(rollout);
  if (phase === 'Healthy') yield* scaleWorkload(state, 0);
  else if (readyReplicas > 0 || sizeOf(newSet) > size) {
    yield* scaleWorkload(state, replicasOf(rollout) - readyReplicas);
  }
}
