/** What the pod disruption budgets still allow while removals are only thought of. @upstream core/scaledown/pdb/basic.go */
import type { Pod } from '../api/kinds/core.js';
import type { PodDisruptionBudget } from '../api/kinds/policy.js';
import { selectorOf } from '../api/selectors.js';

interface Remaining {
  readonly budget: PodDisruptionBudget;
  allowed: number;
}

/** Counts down as pods are taken away in thought. */
export class RemainingBudgets {
  private readonly remaining: readonly Remaining[];

  constructor(budgets: readonly PodDisruptionBudget[]) {
    this.remaining = budgets.map(budget => ({
      budget,
      allowed: budget.status?.disruptionsAllowed ?? 0,
    }));
  }

  /** Whether any budget is about the pod. */
  covers(pod: Pod): boolean {
    return this.remaining.some(({ budget }) => matches(budget, pod));
  }

  /** Whether a budget of the pod allows no eviction. */
  forbids(pod: Pod): boolean {
    return this.remaining.some(({ budget, allowed }) => allowed < 1 && matches(budget, pod));
  }

  /** Whether the budgets let all of the pods go at once; else they must go one after another. */
  allowAtOnce(pods: readonly Pod[]): boolean {
    return this.remaining.every(
      ({ budget, allowed }) => countOf(budget, pods) <= Math.max(allowed, 0),
    );
  }

  /** Counts the pods as gone. */
  take(pods: readonly Pod[]): void {
    for (const each of this.remaining) each.allowed -= countOf(each.budget, pods);
  }
}

function countOf(budget: PodDisruptionBudget, pods: readonly Pod[]): number {
  return pods.filter(pod => matches(budget, pod)).length;
}

function matches({ metadata, spec }: PodDisruptionBudget, pod: Pod): boolean {
  if ((metadata.namespace ?? '') !== (pod.metadata.namespace ?? '')) return false;
  return selectorOf(spec?.selector).matches(pod.metadata.labels);
}
