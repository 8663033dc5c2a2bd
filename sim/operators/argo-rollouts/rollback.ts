/** Whether a Rollout goes back to a template that it had. @upstream argo-rollouts rollout/sync.go isRollback */
import { statusOf } from './defaults.js';
import { hashOfSet, isOlder } from './replica-sets.js';
import type { RolloutState } from './state.js';

/** Back to the stable template, to one within the window, or to one whose pods are still there. @upstream isFastRollback */
export function isFastRollback(state: RolloutState): boolean {
  const { newSet, stableSet, rollout } = state;
  if (newSet === undefined || stableSet === undefined) return false;
  const isToStable = statusOf(rollout).stableRS === hashOfSet(newSet);
  if (!isToStable && !isOlder(newSet, stableSet)) return false;
  const isStillUp = state.isNewSetStillUp && rollout.spec.strategy?.blueGreen !== undefined;
  return isToStable || isStillUp || isWithinWindow(state);
}

/** Whether so few templates lie between that the steps need not be taken again. @upstream isRollbackWithinWindow */
export function isWithinWindow({ newSet, stableSet, rollout, allSets }: RolloutState): boolean {
  if (newSet === undefined || stableSet === undefined || !isOlder(newSet, stableSet)) return false;
  const { revisions = 0 } = rollout.spec.rollbackWindow ?? {};
  if (revisions <= 0) return false;
  return allSets.filter(set => isOlder(set, stableSet) && isOlder(newSet, set)).length < revisions;
}
