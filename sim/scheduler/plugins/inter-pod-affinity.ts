/** Holds pods to their affinity to other pods, and those to theirs. @upstream pkg/scheduler/framework/plugins/interpodaffinity */
import type { Labels } from '../../api/selectors.js';
import { stateKey } from '../cycle-state.js';
import { skip, status, type PluginFactory } from '../framework.js';
import type { NodeInfo } from '../node-info.js';
import type { PodClasses } from '../pod-classes.js';
import { termMatches, type AffinityTerm, type PodInfo } from '../pod-info.js';
import { TopologyCounts } from '../topology-counts.js';
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

interface FilterState {
  readonly existingAntiAffinity: TopologyCounts;
  readonly affinity: TopologyCounts;
  readonly antiAffinity: TopologyCounts;
  readonly affinityTerms: readonly AffinityTerm[];
  readonly antiAffinityTerms: readonly AffinityTerm[];
  readonly namespaceLabels: Labels | undefined;
}

const filtering = stateKey<FilterState>('PreFilterInterPodAffinity', state => ({
  ...state,
  existingAntiAffinity: state.existingAntiAffinity.clone(),
  affinity: state.affinity.clone(),
  antiAffinity: state.antiAffinity.clone(),
}));

/** The plug-in InterPodAffinity. */
export const interPodAffinity: PluginFactory = (args, handle) => {
  const { hardPodAffinityWeight = 1, ignorePreferredTermsOfExistingPods = false } = (args ??
    {}) as Partial<AffinityArgs>;
  const settings = { hardPodAffinityWeight, ignorePreferredTermsOfExistingPods };
  return {
    name,
    preFilter(state, pod) {
      const { requiredAffinity, requiredAntiAffinity } = pod.terms;
      const asksForNothing = requiredAffinity.length + requiredAntiAffinity.length === 0;
      const { classes } = handle.nodes;
      if (asksForNothing && classes.withRequiredAntiAffinity.size === 0) return { status: skip };
      const prepared: FilterState = {
        existingAntiAffinity: new TopologyCounts(),
        affinity: new TopologyCounts(),
        antiAffinity: new TopologyCounts(),
        affinityTerms: mergedTerms(handle, requiredAffinity),
        antiAffinityTerms: mergedTerms(handle, requiredAntiAffinity),
        namespaceLabels: namespaceLabels(handle, pod.namespace),
      };
      countAll(prepared, pod, classes);
      if (asksForNothing && prepared.existingAntiAffinity.isEmpty) return { status: skip };
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

function countAll(state: FilterState, pod: PodInfo, classes: PodClasses): void {
  for (const each of classes.withRequiredAntiAffinity) {
    for (const term of each.pod.terms.requiredAntiAffinity) {
      if (!termMatches(term, pod, state.namespaceLabels)) continue;
      state.existingAntiAffinity.addAll(term.topologyKey, each.at(term.topologyKey));
    }
  }
  if (state.affinityTerms.length === 0 && state.antiAffinityTerms.length === 0) return;
  for (const each of classes.all) {
    if (matchesAllTerms(state.affinityTerms, each.pod)) {
      for (const { topologyKey } of state.affinityTerms) {
        state.affinity.addAll(topologyKey, each.at(topologyKey));
      }
    }
    for (const term of state.antiAffinityTerms) {
      if (!termMatches(term, each.pod, undefined)) continue;
      state.antiAffinity.addAll(term.topologyKey, each.at(term.topologyKey));
    }
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

function count(counts: TopologyCounts, node: NodeInfo, topologyKey: string, by: number): void {
  const value = node.labels[topologyKey];
  if (value !== undefined) counts.add(topologyKey, value, by);
}

/** Whether every term of affinity is met on the node, or the pod is the first of its kind. */
function isNearWanted(state: FilterState, pod: PodInfo, node: NodeInfo): boolean {
  let isMet = true;
  for (const { topologyKey } of state.affinityTerms) {
    const value = node.labels[topologyKey];
    if (value === undefined) return false;
    if (state.affinity.at(topologyKey, value) <= 0) isMet = false;
  }
  if (isMet) return true;
  return state.affinity.total === 0 && matchesAllTerms(state.affinityTerms, pod);
}

function isNearUnwanted(state: FilterState, node: NodeInfo): boolean {
  return state.antiAffinityTerms.length > 0 && isCountedAt(state.antiAffinity, node);
}

function isUnwanted(state: FilterState, node: NodeInfo): boolean {
  return isCountedAt(state.existingAntiAffinity, node);
}

function isCountedAt(counts: TopologyCounts, { labels }: NodeInfo): boolean {
  for (const key of counts.keys) {
    const value = labels[key];
    if (value !== undefined && counts.at(key, value) > 0) return true;
  }
  return false;
}
