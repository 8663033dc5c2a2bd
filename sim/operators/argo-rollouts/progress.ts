/** What counts as getting on. @upstream argo-rollouts rollout/sync.go */
import { currentStep } from './canary-steps.js';
import { conditionIn } from './conditions.js';
import { statusOf } from './defaults.js';
import { hasDeadline, othersOf } from './replica-sets.js';
import type { RolloutState } from './state.js';

/** What may last without being stuck. @upstream isIndefiniteStep */
export function mayLast({ rollout }: RolloutState): boolean {
  const { step } = currentStep(rollout);
  const paused = conditionIn(statusOf(rollout).conditions, 'Paused');
  return (
    step?.experiment !== undefined ||
    step?.analysis !== undefined ||
    step?.pause !== undefined ||
    paused?.status === 'True'
  );
}

/** Whether old pods stay for a time. */
export function waitsForOldSets({ allSets, newSet, stableSet }: RolloutState): boolean {
  return othersOf(allSets, newSet, stableSet).some(hasDeadline);
}

/** Who is said to get on or not. */
export function subjectOf({ newSet, name }: RolloutState): string {
  return newSet === undefined ? `Rollout "${name}"` : `ReplicaSet "${newSet.metadata.name ?? ''}"`;
}
