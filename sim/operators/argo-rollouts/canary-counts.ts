/** How many replicas canary and stable set are to have. @upstream argo-rollouts utils/replicaset/canary.go */
import type { ReplicaSet } from '../../api/kinds/apps.js';
import { replicasOfWeight, replicasOrWeight } from './canary-steps.js';
import {
  canaryOf,
  maxSurgeOf,
  maxUnavailableOf,
  maxWeightOf,
  replicasOf,
  statusOf,
} from './defaults.js';
import { availableOf, isSame, sizeOf, sizesOf, sumOf } from './replica-sets.js';
import type { CanaryStrategy, Rollout, TrafficWeights } from './types.js';

type Maybe = ReplicaSet | undefined;

/** The sets of a canary. */
export interface CanarySets {
  readonly newSet: Maybe;
  readonly stableSet: Maybe;
  readonly others: readonly ReplicaSet[];
}

/** Replicas of canary and stable set. */
export interface Counts {
  readonly canary: number;
  readonly stable: number;
}

/** Whether there is a stable set besides the new one. @upstream CheckStableRSExists */
export function hasStable({
  newSet,
  stableSet,
}: Pick<CanarySets, 'newSet' | 'stableSet'>): boolean {
  return stableSet !== undefined && !isSame(stableSet, newSet);
}

/** With a traffic router or without. */
export function countsOf(rollout: Rollout, sets: CanarySets, weights?: TrafficWeights): Counts {
  return canaryOf(rollout)?.trafficRouting === undefined
    ? basicCounts(rollout, sets)
    : routedCounts(rollout, sets, weights);
}

/**
 * Without a traffic router replicas are the weights: as near to them as surge and unavailability allow.
 * @upstream CalculateReplicaCountsForBasicCanary
 */
export function basicCounts(rollout: Rollout, sets: CanarySets): Counts {
  const { newSet, stableSet, others } = sets;
  const replicas = replicasOf(rollout);
  const { weight } = replicasOrWeight(rollout, newSet, stableSet);
  const surge = maxSurgeOf(rollout);
  const isScaled = hasStable(sets);
  const wanted = isScaled
    ? nearestCounts(replicas, weight, { maxWeight: maxWeightOf(rollout), surge })
    : { canary: replicas, stable: 0 };
  const podsMax = replicas + surge;
  const present = sizesOf([...others, newSet, ...(isScaled ? [stableSet] : [])]);
  const grown = grownCounts(sets, wanted, podsMax - present);
  if (sizesOf(others) > 0) return grown;
  const availableMin = replicas - maxUnavailableOf(rollout);
  return shrunkCounts(sets, { wanted, grown, podsMax, availableMin });
}

/** The stable set comes first. */
function grownCounts({ newSet, stableSet, ...rest }: CanarySets, wanted: Counts, free: number) {
  let left = free;
  const isScaled = hasStable({ newSet, stableSet, ...rest });
  let stable = isScaled ? sizeOf(stableSet) : 0;
  if (isScaled && stable < wanted.stable && left > 0) {
    const more = Math.min(left, wanted.stable - stable);
    left -= more;
    stable += more;
  }
  let canary = sizeOf(newSet);
  if (newSet !== undefined && canary < wanted.canary && left > 0) {
    canary = Math.min(canary + left, wanted.canary);
  }
  return { canary, stable };
}

interface Bounds {
  readonly wanted: Counts;
  readonly grown: Counts;
  readonly podsMax: number;
  readonly availableMin: number;
}

/** Of the set that grows, availability counts; the other one may lose pods that are not available. */
function shrunkCounts(sets: CanarySets, bounds: Bounds): Counts {
  const { newSet, stableSet } = sets;
  const { wanted, grown, availableMin } = bounds;
  const isGrowing = newSet === undefined || wanted.canary >= sizeOf(newSet);
  const present = countedFor(newSet, !isGrowing) + countedFor(stableSet, isGrowing);
  if (present <= availableMin) return grown;
  const less = present - availableMin;
  if (!isGrowing) {
    const canary = shrunk(newSet, wanted.canary, less) ?? grown.canary;
    const [drained, kept] = withinLimits([newSet, canary], [stableSet, grown.stable], bounds);
    return { canary: drained, stable: kept };
  }
  if (!hasStable(sets)) return grown;
  const stable = shrunk(stableSet, wanted.stable, less) ?? grown.stable;
  const [drained, kept] = withinLimits([stableSet, stable], [newSet, grown.canary], bounds);
  return { canary: kept, stable: drained };
}

function shrunk(set: Maybe, wanted: number, less: number): number | undefined {
  const size = sizeOf(set);
  return set !== undefined && size > wanted ? Math.max(wanted, size - less) : undefined;
}

/** @upstream GetReplicasForScaleDown */
function countedFor(set: Maybe, ignoresAvailability: boolean): number {
  if (set === undefined) return 0;
  const [size, available] = [sizeOf(set), availableOf(set)];
  return size < available || ignoresAvailability ? size : available;
}

/** @upstream adjustReplicaWithinLimits */
function withinLimits(
  [drainedSet, drained]: readonly [Maybe, number],
  [keptSet, kept]: readonly [Maybe, number],
  { podsMax, availableMin }: Bounds,
): readonly [number, number] {
  if (keptSet === undefined) return [drained, kept];
  const over = Math.max(0, kept + drained - podsMax);
  const lower = kept - over;
  const available =
    (drainedSet === undefined ? 0 : Math.min(availableOf(drainedSet), drained)) +
    Math.min(availableOf(keptSet), lower);
  const lost = Math.max(0, availableOf(keptSet) - lower);
  const needed = Math.max(0, availableMin - available);
  const adjusted = lower + Math.min(lost, needed);
  return [drained - Math.max(0, adjusted + drained - podsMax), adjusted];
}

/** The counts whose share comes nearest to the weight. @upstream approximateWeightedCanaryStableReplicaCounts */
export function nearestCounts(
  replicas: number,
  weight: number,
  { maxWeight, surge }: { readonly maxWeight: number; readonly surge: number },
): Counts {
  if (replicas === 0) return { canary: 0, stable: 0 };
  const exact = (replicas * weight) / maxWeight;
  const [up, down] = [Math.ceil(exact), Math.floor(exact)];
  const mayBeNone = weight === maxWeight || weight === 0 || (replicas === 1 && surge === 0);
  const isTied = (total: number): boolean => (total * (weight / maxWeight)) % 1 === 0.5;
  const options: { readonly canary: number; readonly total: number }[] = [];
  if (up < replicas || mayBeNone) options.push({ canary: up, total: replicas });
  const mayFloor = down !== 0 || mayBeNone;
  if (!isTied(replicas) && mayFloor) options.push({ canary: down, total: replicas });
  if (surge > 0) {
    const total = replicas + 1;
    options.push({ canary: up, total });
    if (!isTied(total) && mayFloor) options.push({ canary: down, total });
  }
  const missOf = ({ canary, total }: { readonly canary: number; readonly total: number }) =>
    Math.abs((canary * maxWeight) / total - weight);
  let best = options[0];
  if (best === undefined) return { canary: 0, stable: replicas };
  for (const option of options) if (missOf(option) < missOf(best)) best = option;
  return { canary: best.canary, stable: best.total - best.canary };
}

/** With a traffic router the stable set stays whole, unless it follows its weight. @upstream CalculateReplicaCountsForTrafficRoutedCanary */
export function routedCounts(
  rollout: Rollout,
  { newSet, stableSet }: CanarySets,
  weights?: TrafficWeights,
): Counts {
  const replicas = replicasOf(rollout);
  const maxWeight = maxWeightOf(rollout);
  const wanted = replicasOrWeight(rollout, newSet, stableSet);
  const ofWeight = (weight: number) => replicasOfWeight(replicas, weight, maxWeight);
  const canary = wanted.replicas ?? atLeastMin(rollout, ofWeight(wanted.weight));
  if (canaryOf(rollout)?.dynamicStableScale !== true) return { canary, stable: replicas };
  const stable = ofWeight(maxWeight - wanted.weight);
  if (weights === undefined) {
    return { canary: atLeastMin(rollout, canary), stable: atLeastMin(rollout, stable) };
  }
  const kept =
    statusOf(rollout).abort === true ? Math.max(ofWeight(weights.canary.weight), canary) : canary;
  return {
    canary: atLeastMin(rollout, kept),
    stable: atLeastMin(rollout, Math.max(stable, ofWeight(weights.stable.weight))),
  };
}

function atLeastMin(rollout: Rollout, count: number): number {
  const { minPodsPerReplicaSet, trafficRouting } = canaryOf(rollout) ?? {};
  if (count === 0 || minPodsPerReplicaSet === undefined || trafficRouting === undefined) {
    return count;
  }
  return Math.max(count, Math.min(minPodsPerReplicaSet, replicasOf(rollout)));
}

/** Whether so many pods of the canary are there that it may go on. @upstream ReplicaProgressThresholdMet */
export function isFarEnough(
  threshold: CanaryStrategy['replicaProgressThreshold'],
  set: Maybe,
  desired: number,
): boolean {
  if (threshold === undefined || set === undefined || threshold.value < 0) {
    return set !== undefined && desired === sizeOf(set) && desired === availableOf(set);
  }
  if (threshold.type !== 'Percent') return availableOf(set) >= threshold.value;
  return desired === 0 || (availableOf(set) / desired) * 100 >= threshold.value - 1e-10;
}

/** Whether the sets are as the step wants them. @upstream AtDesiredReplicaCountsForCanary */
export function areAsDesired(
  rollout: Rollout,
  sets: CanarySets,
  weights?: TrafficWeights,
): boolean {
  const { stableSet, others } = sets;
  const canary = canaryOf(rollout);
  const isBasic = canary?.trafficRouting === undefined;
  const wanted = countsOf(rollout, sets, weights);
  if (!isFarEnough(canary?.replicaProgressThreshold, sets.newSet, wanted.canary)) return false;
  if (isBasic || canary.dynamicStableScale !== true) {
    const isMade =
      stableSet !== undefined &&
      wanted.stable === sizeOf(stableSet) &&
      wanted.stable === (stableSet.status?.replicas ?? 0);
    if (!isMade) return false;
  }
  return !isBasic || sumOf(others, 'availableReplicas') === 0;
}
