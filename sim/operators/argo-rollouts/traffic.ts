/** Splits the traffic where a router is named. @upstream argo-rollouts rollout/trafficrouting.go reconcileTrafficRouting */
import { deepEqual } from '../../api/equality.js';
import type { Reconciliation } from '../../client/contract.js';
import { canaryOf, maxWeightOf, statusOf } from './defaults.js';
import { setHashes, setWeights } from './istio.js';
import { availableOf, hashOfSet, isAvailable, sizeOf } from './replica-sets.js';
import { ensureTarget } from './services.js';
import type { Failure, RolloutState } from './state.js';
import {
  canStableTake,
  rollsBackDynamically,
  routingOf,
  weightsOf,
  type Routing,
} from './traffic-rules.js';
import type { CanaryStatus, TrafficWeights } from './types.js';

/** Sets weights and hashes, and tells them. Only Istio's are simulated: the others' weights are told and nothing more. */
export function* routeTraffic(state: RolloutState): Reconciliation<Failure> {
  const { rollout, draft } = state;
  const { trafficRouting, dynamicStableScale, canaryService = '' } = canaryOf(rollout) ?? {};
  if (trafficRouting === undefined) {
    draft.canary = withWeights(draft.canary, undefined);
    return undefined;
  }
  const routing = routingOf(state);
  const { weight } = routing;
  if (routing.isAborting && (dynamicStableScale !== true || weight === 0)) {
    const failure = yield* ensureTarget(state, canaryService, state.stableSet, false);
    if (failure !== undefined) return failure;
  }
  if (!canStableTake(state, maxWeightOf(rollout) - weight)) return undefined;
  const failure =
    trafficRouting.istio === undefined ? undefined : yield* routeByIstio(state, routing);
  if (failure !== undefined) return failure;
  const weights = weightsOf(rollout, routing);
  const before = statusOf(rollout).canary?.weights;
  if (deepEqual(before, weights)) return undefined;
  state.tell('TrafficWeightUpdated', `Traffic weight updated ${changeText(before, weight)}`);
  draft.canary = withWeights(draft.canary, weights);
  return undefined;
}

function changeText(before: TrafficWeights | undefined, weight: number): string {
  if (before === undefined) return `to ${weight}`;
  const { weight: was } = before.canary;
  return was === weight ? '' : `from ${was} to ${weight}`;
}

function withWeights(
  canary: CanaryStatus | undefined,
  weights: TrafficWeights | undefined,
): CanaryStatus {
  const { weights: _, ...others } = canary ?? {};
  return weights === undefined ? others : { ...others, weights };
}

function* routeByIstio(state: RolloutState, routing: Routing): Reconciliation<Failure> {
  const { rollout, newSet } = state;
  const was = statusOf(rollout).canary?.weights?.canary.weight ?? 0;
  if (availableOf(newSet) === 0 && was > 0) {
    const failure = yield* setWeights(state, routing.weight);
    if (failure !== undefined) return refused(state, failure);
  }
  const late = lateSet(state, routing);
  if (late !== undefined) {
    return `delaying destination rule switch: ReplicaSet ${late} not fully available`;
  }
  const failure = yield* setHashes(state, routing);
  if (failure !== undefined) return failure;
  const refusal = yield* setWeights(state, routing.weight);
  return refusal === undefined ? undefined : refused(state, refusal);
}

function refused(state: RolloutState, failure: string): string {
  state.tell('TrafficRoutingError', failure, 'Warning');
  return failure;
}

/** A set that is to take traffic and cannot yet: subsets wait for it. @upstream shouldDelayDestinationRuleUpdate */
function lateSet(
  { rollout, allSets, stableSet }: RolloutState,
  { canaryHash, stableHash }: Routing,
): string | undefined {
  const { canaryService = '', stableService = '' } = canaryOf(rollout) ?? {};
  if (canaryService !== '' || stableService !== '') return undefined;
  const goesBack =
    statusOf(rollout).abort === true ||
    (stableSet !== undefined && rollsBackDynamically(rollout, stableSet));
  const late = allSets.find(set => {
    const hash = hashOfSet(set);
    if (sizeOf(set) === 0 || hash === '') return false;
    if (hash !== stableHash && hash !== canaryHash) return false;
    return !(goesBack && hash === canaryHash) && !isAvailable(set);
  });
  return late?.metadata.name;
}
