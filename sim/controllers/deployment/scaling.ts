/** Which sets of a deployment are to change their size, and to what. */
import type { Deployment, ReplicaSet } from '../../api/kinds/apps.js';
import { desiredReplicasOf } from './annotations.js';
import { isRolling, maxUnavailable, newSetSize, wantedReplicas } from './arithmetic.js';
import { proportionalScalings } from './proportional.js';
import { active, activeOrLatest, byAge, sizeOf, sizesOf, statusSum } from './replica-sets.js';
import { allOf, type Sets } from './status.js';

/** A set and the size that it gets. Forced: its annotations are brought up to date as well. */
export interface Scaling {
  readonly set: ReplicaSet;
  readonly size: number;
  readonly isForced?: boolean;
}

/** Whether an active set was last scaled for another number of replicas. @upstream isScalingEvent */
export function wasScaled(deployment: Deployment, sets: Sets): boolean {
  return active(allOf(sets)).some(set => {
    const desired = desiredReplicasOf(set);
    return desired !== undefined && desired !== wantedReplicas(deployment);
  });
}

/** What a change of the deployment's replicas, or a pause, asks for. @upstream pkg/controller/deployment/sync.go scale */
export function scalings(deployment: Deployment, sets: Sets): readonly Scaling[] {
  const { newSet, oldSets } = sets;
  const only = activeOrLatest(newSet, oldSets);
  if (only !== undefined) return [{ set: only, size: wantedReplicas(deployment) }];
  if (isSaturated(deployment, newSet)) return active(oldSets).map(set => ({ set, size: 0 }));
  return isRolling(deployment) ? proportionalScalings(deployment, sets) : [];
}

/** The size of the new set in a rolling update, if it is to change. @upstream reconcileNewReplicaSet */
export function newSetScaling(
  deployment: Deployment,
  sets: Sets,
  newSet: ReplicaSet,
): Scaling | undefined {
  const [size, wanted] = [sizeOf(newSet), wantedReplicas(deployment)];
  if (size === wanted) return undefined;
  if (size > wanted) return { set: newSet, size: wanted };
  const next = newSetSize(deployment, allOf(sets), size);
  return next === size ? undefined : { set: newSet, size: next };
}

/** How many pods the old sets may lose at most. @upstream reconcileOldReplicaSets */
export function scaleDownMax(deployment: Deployment, sets: Sets, newSet: ReplicaSet): number {
  if (sizesOf(active(sets.oldSets)) === 0) return 0;
  const minAvailable = wantedReplicas(deployment) - maxUnavailable(deployment);
  const newUnavailable = sizeOf(newSet) - (newSet.status?.availableReplicas ?? 0);
  return sizesOf(allOf(sets)) - minAvailable - newUnavailable;
}

/** The sets that lose pods that are not available. */
export interface UnhealthyScalings {
  readonly scalings: readonly Scaling[];
  /** A set still has more available pods than it wants: its status is behind, and the pass ends here. */
  readonly isBehind: boolean;
}

/** First the pods of old sets go that are not available, oldest set first. @upstream cleanupUnhealthyReplicas */
export function unhealthyScalings(
  oldSets: readonly ReplicaSet[],
  countMax: number,
): UnhealthyScalings {
  const scaled: Scaling[] = [];
  let count = 0;
  for (const set of active(oldSets).sort(byAge)) {
    if (count >= countMax) break;
    const size = sizeOf(set);
    const unhealthy = size - (set.status?.availableReplicas ?? 0);
    if (unhealthy === 0) continue;
    if (unhealthy < 0) return { scalings: scaled, isBehind: true };
    const less = Math.min(countMax - count, unhealthy);
    scaled.push({ set, size: size - less });
    count += less;
  }
  return { scalings: scaled, isBehind: false };
}

/** Then as many more as availability allows. @upstream scaleDownOldReplicaSetsForRollingUpdate */
export function availableScalings(
  deployment: Deployment,
  oldSets: readonly ReplicaSet[],
  newSet: ReplicaSet,
): Scaling[] {
  const minAvailable = wantedReplicas(deployment) - maxUnavailable(deployment);
  const countMax = statusSum([...oldSets, newSet], 'availableReplicas') - minAvailable;
  const scaled: Scaling[] = [];
  let count = 0;
  for (const set of active(oldSets).sort(byAge)) {
    if (count >= countMax) break;
    const size = sizeOf(set);
    const less = Math.min(size, countMax - count);
    scaled.push({ set, size: size - less });
    count += less;
  }
  return scaled;
}

function isSaturated(deployment: Deployment, newSet: ReplicaSet | undefined): boolean {
  if (newSet === undefined) return false;
  const replicas = wantedReplicas(deployment);
  return (
    sizeOf(newSet) === replicas &&
    desiredReplicasOf(newSet) === replicas &&
    (newSet.status?.availableReplicas ?? 0) === replicas
  );
}
