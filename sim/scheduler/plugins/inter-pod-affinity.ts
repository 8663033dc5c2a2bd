/** Holds pods to their affinity to other pods, and those to theirs. @upstream pkg/scheduler/framework/plugins/interpodaffinity */
import type { Labels } from '../../api/selectors.js';
import { stateKey } from '../cycle-state.js';
import { skip, status, type PluginFactory } from '../framework.js';
import type { NodeInfo } from '../node-info.js';
import { termMatches, type AffinityTerm, type PodInfo } from '../pod-info.js';
import { interPodAffinityEvents } from './pod-affinity/hints.js';
import { matchesAllTerms, mergedTerms, namespaceLabels } from './pod-affinity/terms.js';
import {
  affinityScore,
  normalizeAffinity,
  prepareAffinityScore,
  type AffinityArgs,
} from './pod-affinity/score.js';

const name = 'InterPodAffinity';
const againstExisting = status(
  'Unschedulable',
  name,
  "node(s) didn't satisfy existing pods anti-affinity rules",
);
const againstAffinity = status(
  'UnschedulableAndUnresolvable',
  name,
  "node(s) didn't match pod affinity rules",
);
const againstAntiAffinity = status(
  'Unschedulable',
  name,
  "node(s) didn't match pod anti-affinity rules",
);

/** Counts by topology: `key=value`, with a separator that no label has. */
type Counts = Map<string, number>;

interface FilterState {
  readonly existingAntiAffinity: Counts;
  readonly affinity: Counts;
  readonly antiAffinity: Counts;
  readonly affinityTerms: readonly AffinityTerm[];
  readonly antiAffinityTerms: readonly AffinityTerm[];
  readonly namespaceLabels: Labels | undefined;
}

const filtering = stateKey<FilterState>('PreFilterInterPodAffinity', state => ({
  ...state,
  existingAntiAffinity: new Map(state.existingAntiAffinity),
  affinity: new Map(state.affinity),
  antiAffinity: new Map(state.antiAffinity),
}));

/** The plug-in InterPodAffinity. */
export const interPodAffinity: PluginFactory = (args, handle) => {
  const { hardPodAffinityWeight = 1, ignorePreferredTermsOfExistingPods = false } = (args ??
    {}) as Partial<AffinityArgs>;
  const settings = { hardPodAffinityWeight, ignorePreferredTermsOfExistingPods };
  return {
    name,
    preFilter(state, pod, nodes) {
      const { requiredAffinity, requiredAntiAffinity } = pod.terms;
      const prepared: FilterState = {
        existingAntiAffinity: new Map(),
        affinity: new Map(),
        antiAffinity: new Map(),
        affinityTerms: mergedTerms(handle, requiredAffinity),
        antiAffinityTerms: mergedTerms(handle, requiredAntiAffinity),
        namespaceLabels: namespaceLabels(handle, pod.namespace),
      };
      countAll(prepared, pod, nodes);
      const isUnaffected =
        prepared.existingAntiAffinity.size === 0 &&
        requiredAffinity.length === 0 &&
        requiredAntiAffinity.length === 0;
      if (isUnaffected) return { status: skip };
      state.write(filtering, prepared);
      return {};
    },
    addPod(state, pod, added, node) {
      const counts = state.read(filtering);
      if (counts !== undefined) countOne(counts, pod, { other: added, node, by: 1 });
    },
    removePod(state, pod, removed, node) {
      const counts = state.read(filtering);
      if (counts !== undefined) countOne(counts, pod, { other: removed, node, by: -1 });
    },
    filter(state, pod, node) {
      const counts = state.read(filtering);
      if (counts === undefined) return undefined;
      if (!isNearWanted(counts, pod, node)) return againstAffinity;
      if (isNearUnwanted(counts, node)) return againstAntiAffinity;
      return isUnwanted(counts, node) ? againstExisting : undefined;
    },
    preScore: (state, pod) => prepareAffinityScore(handle, settings, state, pod),
    score: (state, _pod, node) => affinityScore(state, node),
    normalizeScore: (state, scores) => normalizeAffinity(state, scores),
    events: interPodAffinityEvents(),
  };
};

function countAll(state: FilterState, pod: PodInfo, nodes: readonly NodeInfo[]): void {
  const hasTerms = state.affinityTerms.length > 0 || state.antiAffinityTerms.length > 0;
  for (const node of nodes) {
    for (const other of node.podsWithRequiredAntiAffinity) {
      countExisting(state, pod, { other, node, by: 1 });
    }
    if (!hasTerms) continue;
    for (const other of node.pods) countIncoming(state, { other, node, by: 1 });
  }
}

interface PodOnNode {
  readonly other: PodInfo;
  readonly node: NodeInfo;
  readonly by: 1 | -1;
}

/** @upstream updateWithPod */
function countOne(state: FilterState, pod: PodInfo, change: PodOnNode): void {
  countExisting(state, pod, change);
  countIncoming(state, change);
}

function countExisting(state: FilterState, pod: PodInfo, { other, node, by }: PodOnNode): void {
  for (const term of other.terms.requiredAntiAffinity) {
    if (termMatches(term, pod, state.namespaceLabels)) {
      count(state.existingAntiAffinity, node, term.topologyKey, by);
    }
  }
}

function countIncoming(state: FilterState, { other, node, by }: PodOnNode): void {
  if (matchesAllTerms(state.affinityTerms, other)) {
    for (const { topologyKey } of state.affinityTerms) count(state.affinity, node, topologyKey, by);
  }
  for (const term of state.antiAffinityTerms) {
    if (termMatches(term, other, undefined)) count(state.antiAffinity, node, term.topologyKey, by);
  }
}

function count(counts: Counts, node: NodeInfo, topologyKey: string, by: number): void {
  const value = node.labels[topologyKey];
  if (value === undefined) return;
  const pair = `${topologyKey}\0${value}`;
  const sum = (counts.get(pair) ?? 0) + by;
  if (sum === 0) counts.delete(pair);
  else counts.set(pair, sum);
}

function countAt(counts: Counts, node: NodeInfo, topologyKey: string): number {
  return counts.get(`${topologyKey}\0${node.labels[topologyKey] ?? ''}`) ?? 0;
}

/** Whether every term of affinity is met on the node, or the pod is the first of its kind. */
function isNearWanted(state: FilterState, pod: PodInfo, node: NodeInfo): boolean {
  let isMet = true;
  for (const { topologyKey } of state.affinityTerms) {
    if (node.labels[topologyKey] === undefined) return false;
    if (countAt(state.affinity, node, topologyKey) <= 0) isMet = false;
  }
  if (isMet) return true;
  return state.affinity.size === 0 && matchesAllTerms(state.affinityTerms, pod);
}

function isNearUnwanted(state: FilterState, node: NodeInfo): boolean {
  if (state.antiAffinity.size === 0) return false;
  return state.antiAffinityTerms.some(
    ({ topologyKey }) =>
      node.labels[topologyKey] !== undefined && countAt(state.antiAffinity, node, topologyKey) > 0,
  );
}

function isUnwanted(state: FilterState, node: NodeInfo): boolean {
  if (state.existingAntiAffinity.size === 0) return false;
  return Object.keys(node.labels).some(key => countAt(state.existingAntiAffinity, node, key) > 0);
}
