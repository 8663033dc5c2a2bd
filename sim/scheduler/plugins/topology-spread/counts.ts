/** How many matching pods each domain has, and which domain has the fewest. @upstream pkg/scheduler/framework/plugins/podtopologyspread/filtering.go */
import type { Selector } from '../../../api/selectors.js';
import { stateKey } from '../../cycle-state.js';
import type { NodeInfo } from '../../node-info.js';
import type { PodInfo } from '../../pod-info.js';
import type { SpreadConstraint, SpreadConstraints } from './constraints.js';

/** A domain and its number of matching pods. */
interface Path {
  value: string | undefined;
  count: number;
}

/**
 * The two domains that upstream remembers: the first has the fewest pods, the second may be any
 * other. A third one that becomes the least by a removal is not noticed, as it is not upstream.
 */
export class Criticals {
  0: Path = { value: undefined, count: Infinity };
  1: Path = { value: undefined, count: Infinity };

  update(value: string, count: number): void {
    const known = value === this[0].value ? this[0] : value === this[1].value ? this[1] : undefined;
    if (known !== undefined) {
      known.count = count;
      if (this[0].count > this[1].count) [this[0], this[1]] = [this[1], this[0]];
    } else if (count < this[0].count) {
      this[1] = this[0];
      this[0] = { value, count };
    } else if (count < this[1].count) {
      this[1] = { value, count };
    }
  }

  clone(): Criticals {
    const copy = new Criticals();
    copy[0] = { ...this[0] };
    copy[1] = { ...this[1] };
    return copy;
  }
}

/** What Filter looks at: for each constraint the counts of its domains. */
export interface SpreadCounts {
  readonly constraints: readonly SpreadConstraint[];
  readonly byValue: readonly Map<string, number>[];
  readonly criticals: readonly Criticals[];
}

/** The slot of the counts. */
export const filterKey = stateKey<SpreadCounts>('PreFilterPodTopologySpread', counts => ({
  constraints: counts.constraints,
  byValue: counts.byValue.map(byValue => new Map(byValue)),
  criticals: counts.criticals.map(criticals => criticals.clone()),
}));

/** Counts the pods of every domain. */
export function countsOf(
  all: SpreadConstraints,
  constraints: readonly SpreadConstraint[],
  pod: PodInfo,
  nodes: readonly NodeInfo[],
): SpreadCounts {
  const byValue = constraints.map(() => new Map<string, number>());
  for (const node of nodes) {
    if (!all.haveAllLabels(constraints, node)) continue;
    constraints.forEach((constraint, index) => {
      if (!all.includes(constraint, pod, node)) return;
      const counts = byValue[index];
      const value = node.labels[constraint.topologyKey] ?? '';
      const count = countMatching(node, constraint.selector, pod.namespace);
      counts?.set(value, (counts.get(value) ?? 0) + count);
    });
  }
  const criticals = byValue.map(counts => {
    const made = new Criticals();
    for (const [value, count] of counts) made.update(value, count);
    return made;
  });
  return { constraints, byValue, criticals };
}

/** Counts the pods of the namespace that match, but for terminating ones. The node remembers the last count. */
export function countMatching(node: NodeInfo, selector: Selector, namespace: string): number {
  if (selector.isEmpty) return 0;
  const known = node.counted;
  if (known?.selector === selector && known.namespace === namespace) return known.count;
  let count = 0;
  for (const pod of node.pods) {
    if (pod.isTerminating || pod.namespace !== namespace) continue;
    if (selector.matches(pod.labels)) count++;
  }
  node.counted = { selector, namespace, count };
  return count;
}
