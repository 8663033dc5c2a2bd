/** Prefers nodes in domains with few matching pods. @upstream pkg/scheduler/framework/plugins/podtopologyspread/scoring.go */
import { stateKey, type CycleState } from '../../cycle-state.js';
import { maxNodeScore, skip, type Status } from '../../framework.js';
import type { NodeInfo } from '../../node-info.js';
import { countPerNode, type PodClass } from '../../pod-classes.js';
import type { PodInfo } from '../../pod-info.js';
import type { NodeSnapshot } from '../../snapshot.js';
import { hostnameLabel, type SpreadConstraint, type SpreadConstraints } from './constraints.js';

/** What Score looks at. */
export interface SpreadScoreState {
  readonly constraints: readonly SpreadConstraint[];
  /** Nodes without all of the labels. */
  readonly ignored: ReadonlySet<NodeInfo>;
  /** For each constraint but the one by host, the counts of the feasible nodes' domains. */
  readonly byValue: readonly Map<string, number>[];
  /** For the constraint by host, the pods of each node. */
  readonly perHost: readonly (ReadonlyMap<NodeInfo, number> | undefined)[];
  /** What makes up for the number of domains. */
  readonly weights: readonly number[];
}

/** The slot of the counts. */
export const scoreKey = stateKey<SpreadScoreState>('PreScorePodTopologySpread');

/** Counts the pods in the domains of the feasible nodes. */
export function prepareScore(
  all: SpreadConstraints,
  snapshot: NodeSnapshot,
  how: {
    readonly state: CycleState;
    readonly pod: PodInfo;
    readonly nodes: readonly NodeInfo[];
  },
): Status | undefined {
  const { state, pod, nodes } = how;
  const constraints = all.of(pod, 'ScheduleAnyway');
  if (constraints.length === 0) return skip;
  const needsAll = all.needsAllLabels(pod);
  const selected = constraints.map(({ selector }) =>
    snapshot.classes.selected(selector, pod.namespace),
  );
  const prepared = domainsOf(all, { constraints, selected, nodes, needsAll });
  if (all.countsEveryNode(constraints, pod, snapshot)) addClasses(prepared, selected);
  else addNodes(all, prepared, { pod, selected, needsAll });
  state.write(scoreKey, prepared);
  return undefined;
}

type Selected = readonly (readonly PodClass[])[];

/** No node is left out: what the classes have counted is added up. */
function addClasses({ constraints, byValue }: SpreadScoreState, selected: Selected): void {
  constraints.forEach(({ topologyKey }, index) => {
    const counts = byValue[index];
    if (counts === undefined || counts.size === 0) return;
    for (const each of selected[index] ?? []) {
      for (const [value, count] of each.at(topologyKey).byValue) {
        const known = counts.get(value);
        if (known !== undefined) counts.set(value, known + count);
      }
    }
  });
}

/** Some nodes may not count: each is looked at. */
function addNodes(
  all: SpreadConstraints,
  { constraints, byValue }: SpreadScoreState,
  how: {
    readonly pod: PodInfo;
    readonly selected: Selected;
    readonly needsAll: boolean;
  },
): void {
  const { pod, selected, needsAll } = how;
  constraints.forEach((constraint, index) => {
    const counts = byValue[index];
    if (counts === undefined || counts.size === 0) return;
    // Nodes without such pods would add nothing.
    for (const [node, count] of countPerNode(selected[index] ?? [])) {
      if (needsAll && !all.haveAllLabels(constraints, node)) continue;
      const value = node.labels[constraint.topologyKey] ?? '';
      const known = counts.get(value);
      if (known === undefined || !all.includes(constraint, pod, node)) continue;
      counts.set(value, known + count);
    }
  });
}

function domainsOf(
  all: SpreadConstraints,
  how: {
    readonly constraints: readonly SpreadConstraint[];
    readonly selected: Selected;
    readonly nodes: readonly NodeInfo[];
    readonly needsAll: boolean;
  },
): SpreadScoreState {
  const { constraints, selected, nodes, needsAll } = how;
  const ignored = new Set<NodeInfo>();
  const byValue = constraints.map(() => new Map<string, number>());
  for (const node of nodes) {
    if (needsAll && !all.haveAllLabels(constraints, node)) {
      ignored.add(node);
      continue;
    }
    constraints.forEach(({ topologyKey }, index) => {
      if (topologyKey !== hostnameLabel) byValue[index]?.set(node.labels[topologyKey] ?? '', 0);
    });
  }
  const weights = constraints.map(({ topologyKey }, index) => {
    const isByHost = topologyKey === hostnameLabel;
    const domains = isByHost ? nodes.length - ignored.size : (byValue[index]?.size ?? 0);
    return Math.log(domains + 2);
  });
  const perHost = constraints.map(({ topologyKey }, index) =>
    topologyKey === hostnameLabel ? countPerNode(selected[index] ?? []) : undefined,
  );
  return { constraints, ignored, byValue, perHost, weights };
}

/** The number of matching pods around the node, weighted: less is better until it is normalised. */
export function spreadScore(prepared: SpreadScoreState | undefined, node: NodeInfo): number {
  if (prepared === undefined || prepared.ignored.has(node)) return 0;
  const { constraints, byValue, perHost, weights } = prepared;
  let score = 0;
  for (let index = 0; index < constraints.length; index++) {
    const constraint = constraints[index];
    if (constraint === undefined) continue;
    const value = node.labels[constraint.topologyKey];
    if (value === undefined) continue;
    const count = perHost[index]?.get(node) ?? byValue[index]?.get(value) ?? 0;
    score += count * (weights[index] ?? 0) + (constraint.maxSkew - 1);
  }
  return Math.round(score);
}

/** Turns the counts round, so that the fewest pods give the most points. */
export function normalizeSpread(
  prepared: SpreadScoreState | undefined,
  scores: number[],
  nodes: readonly NodeInfo[],
): void {
  if (prepared === undefined) return;
  const isIgnored = nodes.map(node => prepared.ignored.has(node));
  let least = Infinity;
  let most = 0;
  scores.forEach((score, index) => {
    if (isIgnored[index] === true) return;
    least = Math.min(least, score);
    most = Math.max(most, score);
  });
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] ?? 0;
    if (isIgnored[index] === true) scores[index] = 0;
    else if (most === 0) scores[index] = maxNodeScore;
    else scores[index] = Math.trunc((maxNodeScore * (most + least - score)) / most);
  }
}
