/** Which pods of a node must move, as the vectors tell it. */
import { RemainingBudgets } from '../../../../sim/cluster-autoscaler/disruption-budgets.js';
import { podsToMove } from '../../../../sim/cluster-autoscaler/drain/pods-to-move.js';
import { namesOf, nowOf, objectsOf, optionsOf, type AutoscalerCase } from './case.js';

/** Sorts the pods of the case. Texts of errors are told where the case has one: some hold an address in memory. */
export function drained(each: AutoscalerCase): unknown {
  const found = podsToMove(each.pods ?? [], {
    objects: objectsOf(each),
    budgets: new RemainingBudgets(each.pdbs ?? []),
    options: optionsOf(each),
    nowMs: nowOf(each),
  });
  if ('blockedBy' in found) {
    const { blockedBy, reason, error } = found;
    const told = (each.expect as { readonly error?: string } | undefined)?.error;
    return { blockedBy: blockedBy.metadata.name, reason, ...(told !== undefined && { error }) };
  }
  return {
    move: namesOf(found.move),
    daemonSetPods: namesOf(found.daemonSetPods),
    waitFor: namesOf(found.waitFor),
  };
}
