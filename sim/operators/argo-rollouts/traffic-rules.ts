/** How the traffic is to be split. @upstream argo-rollouts rollout/trafficrouting.go, utils/rollout/rolloututil.go */
import type { ReplicaSet } from '../../api/kinds/apps.js';
import { areAsDesired, isFarEnough } from './canary-counts.js';
import { currentStep, desiredWeight, setWeightOf } from './canary-steps.js';
import { canaryOf, maxWeightOf, replicasOf, statusOf } from './defaults.js';
import { availableOf, hashOfSet } from './replica-sets.js';
import type { RolloutState } from './state.js';
import type { Rollout, TrafficWeights } from './types.js';

/** Whether the present template is the stable one. */
export function isFullyPromoted(rollout: Rollout): boolean {
  const { stableRS = '', currentPodHash = '' } = statusOf(rollout);
  return stableRS === currentPodHash;
}

/** Whether it goes back to a stable set that has to grow first. @upstream IsDynamicallyRollingBackToStable */
export function rollsBackDynamically(rollout: Rollout, set: ReplicaSet | undefined): boolean {
  const { trafficRouting, dynamicStableScale } = canaryOf(rollout) ?? {};
  if (trafficRouting === undefined || dynamicStableScale !== true) return false;
  const { weights } = statusOf(rollout).canary ?? {};
  if (!isFullyPromoted(rollout) || weights === undefined) return false;
  if (weights.canary.podTemplateHash === hashOfSet(set)) return false;
  return availableOf(set) < replicasOf(rollout);
}

/** What decides: the weight of the canary, its hash, and whether routes that were added go. */
export interface Routing {
  readonly weight: number;
  readonly canaryHash: string;
  readonly stableHash: string;
  readonly isAborting: boolean;
}

/** The routing of this pass. */
export function routingOf(state: RolloutState): Routing {
  const { rollout, newSet, stableSet, pause } = state;
  const stableHash = hashOfSet(stableSet);
  const routing = { canaryHash: hashOfSet(newSet), stableHash, isAborting: false };
  const { canary, promoteFull } = statusOf(rollout);
  if (rollsBackDynamically(rollout, newSet)) {
    const canaryHash = canary?.weights?.canary.podTemplateHash ?? '';
    return { ...routing, canaryHash, weight: weightOnAbort(state) };
  }
  if (isFullyPromoted(rollout)) return { ...routing, weight: 0 };
  if (pause.isAborted) return { ...routing, isAborting: true, weight: weightOnAbort(state) };
  if (availableOf(newSet) === 0) return { ...routing, weight: 0 };
  if (promoteFull === true) return { ...routing, weight: weightOfFull(rollout, newSet) };
  return { ...routing, weight: weightOfSteps(state) };
}

function weightOfFull(rollout: Rollout, newSet: ReplicaSet | undefined): number {
  if (canaryOf(rollout)?.dynamicStableScale === true) {
    return Math.trunc((maxWeightOf(rollout) * availableOf(newSet)) / replicasOf(rollout));
  }
  return statusOf(rollout).canary?.weights?.canary.weight ?? 0;
}

/** Until the canary is as large as the step wants it, the weight of the step before. */
function weightOfSteps(state: RolloutState): number {
  const { rollout } = state;
  const { steps = [] } = canaryOf(rollout) ?? {};
  const { index } = currentStep(rollout);
  if (index === undefined) return 0;
  if (!areAsDesired(rollout, state)) {
    return steps.slice(0, index).findLast(step => step.setWeight !== undefined)?.setWeight ?? 0;
  }
  return index === steps.length ? maxWeightOf(rollout) : setWeightOf(rollout);
}

/** @upstream calculateDesiredWeightOnAbortOrStableRollback */
function weightOnAbort({ rollout, stableSet, newSet }: RolloutState): number {
  const replicas = replicasOf(rollout);
  const isDynamic = canaryOf(rollout)?.dynamicStableScale === true && replicas !== 0;
  if (!isDynamic || stableSet === undefined || newSet === undefined) return 0;
  const maxWeight = maxWeightOf(rollout);
  const wanted = desiredWeight(rollout, newSet, stableSet);
  const stable = Math.trunc((maxWeight * availableOf(stableSet)) / replicas);
  const expected = Math.max(0, maxWeight - stable);
  const present = statusOf(rollout).canary?.weights?.canary.weight;
  if (present === undefined) return Math.max(expected, wanted);
  if (wanted <= 0) return Math.min(expected, present);
  return stable < maxWeight - wanted ? present : Math.min(wanted, present);
}

/** Whether the stable set can take its share. @upstream checkReplicasAvailable */
export function canStableTake({ rollout, stableSet }: RolloutState, weight: number): boolean {
  if (stableSet === undefined) return false;
  const wanted = Math.trunc((weight * replicasOf(rollout)) / maxWeightOf(rollout));
  const threshold = canaryOf(rollout)?.replicaProgressThreshold;
  return availableOf(stableSet) >= wanted || isFarEnough(threshold, stableSet, wanted);
}

/** The weights as the status tells them. @upstream calculateWeightStatus */
export function weightsOf(rollout: Rollout, routing: Routing): TrafficWeights {
  const { canaryService = '', stableService = '' } = canaryOf(rollout) ?? {};
  const { weight, canaryHash, stableHash } = routing;
  const to = (share: number, serviceName: string, podTemplateHash: string) => ({
    weight: share,
    ...(serviceName !== '' && { serviceName }),
    ...(podTemplateHash !== '' && { podTemplateHash }),
  });
  return {
    canary: to(weight, canaryService, canaryHash),
    stable: to(maxWeightOf(rollout) - weight, stableService, stableHash),
  };
}
