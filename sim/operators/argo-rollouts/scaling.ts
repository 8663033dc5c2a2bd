/** A pass that only scales, after the wanted replicas have changed. @upstream argo-rollouts rollout/sync.go syncReplicasOnly */
import type { Reconciliation } from '../../client/contract.js';
import { countActive, scaleBlueGreen } from './blue-green.js';
import { scaleCanary } from './canary.js';
import { canaryOf, replicasOf, statusOf } from './defaults.js';
import { desiredOf, sizeOf, sumOf } from './replica-sets.js';
import { syncRevision } from './sets.js';
import type { Failure, RolloutState } from './state.js';
import { persist } from './status.js';
import type { StatusDraft } from './types.js';

/** Whether new or stable set were scaled for another number; a text says why that cannot be told. @upstream isScalingEvent */
export function* wasScaled(state: RolloutState): Reconciliation<boolean | string> {
  const failure = yield* syncRevision(state);
  if (failure !== undefined) return failure;
  const replicas = replicasOf(state.rollout);
  return [state.newSet, state.stableSet].some(set => {
    const desired = sizeOf(set) > 0 ? desiredOf(set) : undefined;
    return desired !== undefined && desired !== replicas;
  });
}

/** Scales, and tells what came of it; the rest follows in the next pass. */
export function* passScaling(state: RolloutState): Reconciliation<Failure> {
  const again = yield* syncRevision(state);
  if (again !== undefined) return again;
  const { rollout, allSets } = state;
  const status: StatusDraft = { ...statusOf(rollout) };
  if (canaryOf(rollout) === undefined) {
    const failure = yield* scaleBlueGreen(state);
    if (failure !== undefined) return failure;
    const { selector, readyReplicas } = status;
    countActive(state, status);
    if (selector !== undefined) status.selector = selector;
    if (readyReplicas !== undefined) status.readyReplicas = readyReplicas;
  } else {
    const scaled = yield* scaleCanary(state);
    if (typeof scaled === 'string') return scaled;
    status.availableReplicas = sumOf(allSets, 'availableReplicas');
    status.HPAReplicas = sumOf(allSets, 'replicas');
  }
  return yield* persist(state, status);
}
