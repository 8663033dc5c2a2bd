/** Spreads pods over zones, nodes and other domains. @upstream pkg/scheduler/framework/plugins/podtopologyspread */
import { status, type PluginFactory, skip } from '../framework.js';
import { topologySpreadEvents } from './topology-spread/hints.js';
import {
  countsOf,
  filterKey,
  type Criticals,
  type SpreadCounts,
} from './topology-spread/counts.js';
import {
  SpreadConstraints,
  type SpreadArgs,
  type SpreadConstraint,
} from './topology-spread/constraints.js';
import { prepareScore, scoreKey, normalizeSpread, spreadScore } from './topology-spread/score.js';
import type { NodeInfo } from '../node-info.js';
import type { PodInfo } from '../pod-info.js';

const name = 'PodTopologySpread';
const skewed = status(
  'Unschedulable',
  name,
  "node(s) didn't match pod topology spread constraints",
);
const unlabelled = status(
  'UnschedulableAndUnresolvable',
  name,
  "node(s) didn't match pod topology spread constraints (missing required label)",
);

/** The plug-in PodTopologySpread. */
export const podTopologySpread: PluginFactory = (args, handle) => {
  const constraints = new SpreadConstraints((args ?? {}) as SpreadArgs, handle);
  return {
    name,
    preFilter(state, pod) {
      const hard = constraints.of(pod, 'DoNotSchedule');
      if (hard.length === 0) return { status: skip };
      state.write(filterKey, countsOf(constraints, hard, pod, handle.nodes));
      return {};
    },
    addPod(state, pod, added, node) {
      const counts = state.read(filterKey);
      if (counts !== undefined) update(constraints, counts, { pod, other: added, node, by: 1 });
    },
    removePod(state, pod, removed, node) {
      const counts = state.read(filterKey);
      if (counts !== undefined) update(constraints, counts, { pod, other: removed, node, by: -1 });
    },
    filter(state, pod, node) {
      const counts = state.read(filterKey);
      if (counts === undefined) return undefined;
      for (let index = 0; index < counts.constraints.length; index++) {
        const constraint = counts.constraints[index];
        if (constraint === undefined) continue;
        const value = node.labels[constraint.topologyKey];
        if (value === undefined) return unlabelled;
        if (isSkewed(counts, index, constraint, value, pod)) return skewed;
      }
      return undefined;
    },
    preScore: (state, pod, nodes) => prepareScore(constraints, handle.nodes, { state, pod, nodes }),
    score: (state, _pod, node) => spreadScore(state.read(scoreKey), node),
    normalizeScore: (state, scores, nodes) => normalizeSpread(state.read(scoreKey), scores, nodes),
    events: topologySpreadEvents(constraints),
  };
};

function isSkewed(
  counts: SpreadCounts,
  index: number,
  constraint: SpreadConstraint,
  value: string,
  pod: PodInfo,
): boolean {
  const byValue = counts.byValue[index];
  const domains = byValue?.size ?? 0;
  const least = domains < constraint.minDomains ? 0 : (counts.criticals[index]?.[0].count ?? 0);
  const own = constraint.selector.matches(pod.labels) ? 1 : 0;
  return (byValue?.get(value) ?? 0) + own - least > constraint.maxSkew;
}

/** @upstream updateWithPod */
function update(
  constraints: SpreadConstraints,
  counts: SpreadCounts,
  change: {
    readonly pod: PodInfo;
    readonly other: PodInfo;
    readonly node: NodeInfo;
    readonly by: 1 | -1;
  },
): void {
  const { pod, other, node, by } = change;
  if (other.namespace !== pod.namespace) return;
  if (!constraints.haveAllLabels(counts.constraints, node)) return;
  counts.constraints.forEach((constraint, index) => {
    const value = node.labels[constraint.topologyKey];
    const byValue = counts.byValue[index];
    if (value === undefined || byValue === undefined) return;
    if (!constraint.selector.matches(other.labels)) return;
    if (!constraints.includes(constraint, pod, node)) return;
    const count = (byValue.get(value) ?? 0) + by;
    byValue.set(value, count);
    const criticals: Criticals | undefined = counts.criticals[index];
    if (criticals !== undefined) criticals.update(value, count);
  });
}
