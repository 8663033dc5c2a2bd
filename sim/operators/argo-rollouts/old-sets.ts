/** Scales down the sets of old templates. @upstream argo-rollouts rollout/{replicaset,canary,bluegreen}.go */
import { services } from '../../api/kinds/core.js';
import type { ReplicaSet } from '../../api/kinds/apps.js';
import type { Reconciliation } from '../../client/contract.js';
import { addDeadline } from './deadlines.js';
import {
  blueGreenOf,
  canaryOf,
  maxUnavailableOf,
  replicasOf,
  scaleDownDelayOf,
  scaleDownLimitOf,
  statusOf,
} from './defaults.js';
import { pauseConditionOf } from './pause.js';
import {
  availableOf,
  byAge,
  byRevision,
  hasDeadline,
  hashOfSet,
  leftMs,
  sizeOf,
  sumOf,
} from './replica-sets.js';
import { skipsPost } from './run-rules.js';
import { scale } from './sets.js';
import type { Failure, RolloutState } from './state.js';
import { keys } from './keys.js';

/** Whether anything was scaled; upstream goes on where it failed to. */
export function* scaleOldSets(state: RolloutState): Reconciliation<boolean> {
  const active = state.others.filter(set => sizeOf(set) > 0);
  if (active.length === 0) return false;
  return canaryOf(state.rollout) !== undefined
    ? yield* ofCanary(state, active)
    : yield* ofBlueGreen(state, active);
}

function* ofCanary(state: RolloutState, active: readonly ReplicaSet[]): Reconciliation<boolean> {
  const { rollout, allSets } = state;
  const healthy = yield* withoutUnhealthy(state, active);
  if (healthy === undefined) return false;
  const minAvailable = replicasOf(rollout) - maxUnavailableOf(rollout);
  let most = sumOf(allSets, 'availableReplicas') - minAvailable;
  if (most <= 0) return false;
  let { hasScaled } = healthy;
  const delayed = new Delayed(state);
  const isRouted = canaryOf(rollout)?.trafficRouting !== undefined;
  for (const set of healthy.sets.toSorted(byRevision)) {
    if (isRouted && isReferenced(state, set)) continue;
    if (most <= 0) break;
    const size = sizeOf(set);
    if (size === 0) continue;
    const wanted = isRouted ? yield* routedSize(state, set, delayed) : Math.max(0, size - most);
    if (wanted === undefined) return hasScaled;
    if (wanted === size) continue;
    const scaled = yield* scale(state, set, wanted);
    if (!scaled.isOk) return hasScaled;
    most -= size - wanted;
    hasScaled = true;
  }
  return hasScaled;
}

/** The last stable set stays for a time; one that a newer update overtook gets no traffic and goes. */
function* routedSize(
  { rollout }: RolloutState,
  set: ReplicaSet,
  delayed: Delayed,
): Reconciliation<number | undefined> {
  const { stableRS = '', currentPodHash = '' } = statusOf(rollout);
  const isWhole = stableRS === currentPodHash;
  if (!isWhole && !hasDeadline(set)) return 0;
  if (canaryOf(rollout)?.dynamicStableScale === true) return 0;
  return yield* delayed.sizeOf(set, sizeOf(set));
}

/** Pods that are not available go first, oldest set first. @upstream cleanupUnhealthyReplicas */
function* withoutUnhealthy(state: RolloutState, active: readonly ReplicaSet[]) {
  const sets: ReplicaSet[] = [];
  let hasScaled = false;
  for (const set of active.toSorted(byAge)) {
    const available = availableOf(set);
    if (sizeOf(set) === available) {
      sets.push(set);
      continue;
    }
    // Its status is behind.
    if (available > sizeOf(set)) return undefined;
    const scaled = yield* scale(state, set, available);
    if (!scaled.isOk) return undefined;
    hasScaled = true;
    sets.push(scaled.set);
  }
  return { sets, hasScaled };
}

function* ofBlueGreen(state: RolloutState, active: readonly ReplicaSet[]): Reconciliation<boolean> {
  const { rollout, newSet, runs } = state;
  if (pauseConditionOf(rollout, 'InconclusiveAnalysisRun') !== undefined) return false;
  const { postPromotionAnalysis, scaleDownDelaySeconds } = blueGreenOf(rollout) ?? {};
  const isAnalysed = postPromotionAnalysis !== undefined && scaleDownDelaySeconds === undefined;
  if (isAnalysed && !skipsPost(rollout, newSet, runs.post)) {
    if (runs.post?.status?.phase !== 'Successful') return false;
  }
  const delayed = new Delayed(state);
  let hasScaled = false;
  for (const set of active.toSorted(byRevision)) {
    if (isReferenced(state, set)) continue;
    const wanted = yield* delayed.sizeOf(set, replicasOf(rollout));
    if (wanted === undefined) return false;
    if (wanted === sizeOf(set)) continue;
    const scaled = yield* scale(state, set, wanted);
    if (!scaled.isOk) return false;
    hasScaled = true;
  }
  return hasScaled;
}

/** Sets that stay for a time, so many of them. @upstream scaleDownDelayHelper */
class Delayed {
  private count = 0;

  constructor(private readonly state: RolloutState) {}

  /** The size that a set is to have; undefined where its deadline could not be written. */
  *sizeOf(set: ReplicaSet, whole: number): Reconciliation<number | undefined> {
    const { state } = this;
    const limit = scaleDownLimitOf(state.rollout);
    if (!hasDeadline(set)) {
      if (this.count >= limit) return 0;
      this.count++;
      const seconds = scaleDownDelayOf(state.rollout);
      const failure: Failure = yield* addDeadline(state, set, seconds);
      if (failure !== undefined) return undefined;
      state.again(seconds * 1000);
      return sizeOf(set);
    }
    this.count++;
    const left = leftMs(set, state.nowMs);
    if (this.count > limit || left === undefined) return 0;
    state.again(left);
    return whole;
  }
}

/** Whether traffic may still get to it. @upstream isReplicaSetReferenced */
function isReferenced({ rollout, view, namespace }: RolloutState, set: ReplicaSet): boolean {
  const hash = hashOfSet(set);
  if (hash === '') return false;
  const { stableRS, currentPodHash, blueGreen, canary } = statusOf(rollout);
  const { weights } = canary ?? {};
  const told = [
    ...[stableRS, currentPodHash, blueGreen?.activeSelector, blueGreen?.previewSelector],
    ...[weights?.canary.podTemplateHash, weights?.stable.podTemplateHash],
  ];
  if (told.includes(hash)) return true;
  const { canaryService, stableService } = canaryOf(rollout) ?? {};
  const { activeService, previewService } = blueGreenOf(rollout) ?? {};
  return [canaryService, stableService, activeService, previewService].some(
    name =>
      name !== undefined &&
      view.get(services, namespace, name)?.spec?.selector?.[keys.hash] === hash,
  );
}
