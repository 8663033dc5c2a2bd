/** Evictions leave what disruption budgets demand. */
import type { Pod } from '../../sim/api/kinds/core.js';
import type { PodDisruptionBudget } from '../../sim/api/kinds/policy.js';
import { keyOf } from '../../sim/api/meta.js';
import { selectorOf } from '../../sim/api/selectors.js';
import { isReady } from './kit/placement.js';
import { law, type Breach, type Change, type Judge } from './law.js';
import { inOrder, nameOf, written } from './story.js';
import type { World } from './world.js';

const defaults = {
  /** A pod that became unhealthy so lately may still have counted as healthy when another was evicted. */
  lagMs: 10_000,
};

/**
 * Judged when the eviction API takes a healthy pod: as many pods as the budget demands (what its status
 * tells) stay healthy without it. Pods that were deleted, preempted, or lost with their node are no
 * evictions, and the eviction of a pod that is unhealthy takes no health away.
 */
export const disruptionBudgetRespected = law({
  name: 'disruption-budget-respected',
  family: 'general',
  says: 'no eviction leaves fewer healthy pods than a disruption budget demands',
  source: 'https://kubernetes.io/docs/concepts/workloads/pods/disruptions/',
  settings: defaults,
  begin: ({ lagMs }) => new Budgets(lagMs),
});

class Budgets implements Judge {
  readonly on = {
    pods: (change: Change<Pod>, world: World) => this.pod(change, world),
    'poddisruptionbudgets.policy': (change: Change<PodDisruptionBudget>) => {
      if (change.type === 'DELETED') this.budgets--;
      else if (change.type === 'ADDED') this.budgets++;
    },
  };
  private budgets = 0;
  /** Pods that stopped being healthy, when, and whether an eviction was why. */
  private readonly fallen = new Map<string, { timeMs: number; pod: Pod; isEvicted: boolean }>();
  private readonly breaches: Breach[] = [];
  private looked = 0;

  constructor(private readonly lagMs: number) {}

  end(): { looked: number; breaches: readonly Breach[] } {
    return { looked: this.looked, breaches: this.breaches };
  }

  private pod(change: Change<Pod>, world: World): void {
    if (this.budgets === 0) return;
    const { object, before, timeMs } = change;
    const key = object.metadata.uid ?? keyOf(object);
    const isTaken = isEvicted(object) && (before === undefined || !isEvicted(before));
    if (isTaken && before !== undefined && isHealthy(before)) this.judge(change, world);
    const wasHealthy = before !== undefined && isHealthy(before);
    const isNow = change.type !== 'DELETED' && isHealthy(object);
    if (wasHealthy && !isNow && !this.fallen.has(key)) {
      this.fallen.set(key, { timeMs, pod: object, isEvicted: isEvicted(object) });
    }
    if (isNow) this.fallen.delete(key);
  }

  private judge(change: Change<Pod>, world: World): void {
    const { object } = change;
    for (const budget of world.all('poddisruptionbudgets.policy')) {
      if (!isAbout(budget, object)) continue;
      const { desiredHealthy, observedGeneration = 0 } = budget.status ?? {};
      if (desiredHealthy === undefined) continue;
      if (observedGeneration < (budget.metadata.generation ?? 0)) continue;
      this.looked++;
      const left = this.healthyWithout(object, budget, world);
      if (left >= desiredHealthy) continue;
      const last = world.last('poddisruptionbudgets.policy', keyOf(budget));
      this.breaches.push({
        timeMs: change.timeMs,
        what: `the eviction of ${nameOf(object)} leaves ${left} healthy pods, PodDisruptionBudget ${keyOf(budget)} demands ${desiredHealthy}`,
        objects: [nameOf(object), `PodDisruptionBudget ${keyOf(budget)}`],
        evidence: inOrder([
          last && written(last, `it demands ${desiredHealthy} healthy pods`),
          written(change, `it is evicted; ${left} others are healthy`),
        ]),
      });
    }
  }

  private healthyWithout(pod: Pod, budget: PodDisruptionBudget, world: World): number {
    let healthy = 0;
    for (const other of world.all('pods')) {
      const isOther = other.metadata.uid !== pod.metadata.uid;
      if (isOther && isAbout(budget, other) && isHealthy(other)) healthy++;
    }
    for (const [key, { timeMs, pod: other, isEvicted: isOwn }] of this.fallen) {
      if (timeMs < world.now() - this.lagMs) this.fallen.delete(key);
      else if (!isOwn && other.metadata.uid !== pod.metadata.uid && isAbout(budget, other))
        healthy++;
    }
    return healthy;
  }
}

function isAbout({ metadata, spec }: PodDisruptionBudget, pod: Pod): boolean {
  if (metadata.namespace !== pod.metadata.namespace) return false;
  return selectorOf(spec?.selector).matches(pod.metadata.labels);
}

function isHealthy(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && !isEvicted(pod) && isReady(pod);
}

function isEvicted({ status }: Pod): boolean {
  return (
    status?.conditions?.some(
      ({ type, status: value, reason }) =>
        type === 'DisruptionTarget' && value === 'True' && reason === 'EvictionByEvictionAPI',
    ) === true
  );
}
