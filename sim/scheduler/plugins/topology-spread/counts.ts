/** How many matching pods each domain has, and which domain has the fewest. @upstream pkg/scheduler/framework/plugins/podtopologyspread/filtering.go */
import { stateKey } from '../../cycle-state.js';
import { countPerNode } from '../../pod-classes.js';
import type { PodInfo } from '../../pod-info.js';
import type { NodeSnapshot } from '../../snapshot.js';
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
  snapshot: NodeSnapshot,
): SpreadCounts {
  const byValue = all.countsEveryNode(constraints, pod, snapshot)
    ? constraints.map(constraint => countDomains(constraint, pod, snapshot))
    : countNodes(all, constraints, pod, snapshot);
  const criticals = byValue.map(counts => {
    const made = new Criticals();
    for (const [value, count] of counts) made.update(value, count);
    return made;
  });
  return { constraints, byValue, criticals };
}

/** No node is left out: what the classes have counted is added up. */
function countDomains(
  { topologyKey, selector }: SpreadConstraint,
  pod: PodInfo,
  snapshot: NodeSnapshot,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of snapshot.domains(topologyKey).values) counts.set(value, 0);
  for (const each of snapshot.classes.selected(selector, pod.namespace)) {
    for (const [value, count] of each.at(topologyKey).byValue) {
      counts.set(value, (counts.get(value) ?? 0) + count);
    }
  }
  return counts;
}

/** Some nodes may not count: each is looked at. */
function countNodes(
  all: SpreadConstraints,
  constraints: readonly SpreadConstraint[],
  pod: PodInfo,
  { nodes, classes }: NodeSnapshot,
): Map<string, number>[] {
  const byValue = constraints.map(() => new Map<string, number>());
  const perNode = constraints.map(({ selector }) =>
    countPerNode(classes.selected(selector, pod.namespace)),
  );
  for (const node of nodes) {
    if (!all.haveAllLabels(constraints, node)) continue;
    for (let index = 0; index < constraints.length; index++) {
      const constraint = constraints[index];
      const counts = byValue[index];
      if (constraint === undefined || !all.includes(constraint, pod, node)) continue;
      const value = node.labels[constraint.topologyKey] ?? '';
      counts?.set(value, (counts.get(value) ?? 0) + (perNode[index]?.get(node) ?? 0));
    }
  }
  return byValue;
}
