/** Prefers nodes near pods that are liked, and far from those that are not. @upstream pkg/scheduler/framework/plugins/interpodaffinity/scoring.go */
import type { Labels } from '../../../api/selectors.js';
import { stateKey, type CycleState } from '../../cycle-state.js';
import { maxNodeScore, skip, type Handle, type Status } from '../../framework.js';
import type { NodeInfo } from '../../node-info.js';
import { termMatches, type AffinityTerm, type PodInfo } from '../../pod-info.js';
import { mergedTerms, namespaceLabels } from './terms.js';

/** The arguments of InterPodAffinity. */
export interface AffinityArgs {
  readonly hardPodAffinityWeight: number;
  readonly ignorePreferredTermsOfExistingPods: boolean;
}

/** Sums of weights by topology key and value. */
type TopologyScores = Map<string, Map<string, number>>;

const scoring = stateKey<TopologyScores>('PreScoreInterPodAffinity');

/** Adds up what the existing pods and the incoming one think of each other. */
export function prepareAffinityScore(
  handle: Handle,
  args: AffinityArgs,
  state: CycleState,
  pod: PodInfo,
): Status | undefined {
  const { preferredAffinity, preferredAntiAffinity } = pod.terms;
  const hasPreferences = preferredAffinity.length > 0 || preferredAntiAffinity.length > 0;
  if (args.ignorePreferredTermsOfExistingPods && !hasPreferences) return skip;
  const scores: TopologyScores = new Map();
  const incoming = {
    pod,
    liked: mergedTerms(handle, preferredAffinity),
    disliked: mergedTerms(handle, preferredAntiAffinity),
    labels: namespaceLabels(handle, pod.namespace),
  };
  for (const node of handle.nodes.nodes) {
    const others = hasPreferences ? node.pods : node.podsWithAffinity;
    for (const other of others) addPair(scores, args, incoming, { other, node });
  }
  if (scores.size === 0) return skip;
  state.write(scoring, scores);
  return undefined;
}

/** The sum at the node's topologies: negative where it is disliked. */
export function affinityScore(state: CycleState, node: NodeInfo): number {
  let sum = 0;
  for (const [key, byValue] of state.read(scoring) ?? []) {
    const value = node.labels[key];
    if (value !== undefined) sum += byValue.get(value) ?? 0;
  }
  return sum;
}

/** Spreads the sums over [0, 100]. */
export function normalizeAffinity(state: CycleState, scores: number[]): void {
  if (state.read(scoring) === undefined) return;
  let least = Infinity;
  let most = -Infinity;
  for (const score of scores) {
    least = Math.min(least, score);
    most = Math.max(most, score);
  }
  const range = most - least;
  for (let index = 0; index < scores.length; index++) {
    const above = (scores[index] ?? 0) - least;
    scores[index] = range > 0 ? Math.trunc(maxNodeScore * (above / range)) : 0;
  }
}

interface Incoming {
  readonly pod: PodInfo;
  readonly liked: readonly AffinityTerm[];
  readonly disliked: readonly AffinityTerm[];
  readonly labels: Labels | undefined;
}

/** @upstream processExistingPod */
function addPair(
  scores: TopologyScores,
  args: AffinityArgs,
  incoming: Incoming,
  { other, node }: { readonly other: PodInfo; readonly node: NodeInfo },
): void {
  const add = (term: AffinityTerm, weight: number) => {
    const value = node.labels[term.topologyKey];
    if (value === undefined) return;
    const byValue = scores.get(term.topologyKey) ?? new Map<string, number>();
    byValue.set(value, (byValue.get(value) ?? 0) + weight);
    scores.set(term.topologyKey, byValue);
  };
  for (const term of incoming.liked) {
    if (termMatches(term, other, undefined)) add(term, term.weight);
  }
  for (const term of incoming.disliked) {
    if (termMatches(term, other, undefined)) add(term, -term.weight);
  }
  const { requiredAffinity, preferredAffinity, preferredAntiAffinity } = other.terms;
  const isMeant = (term: AffinityTerm) => termMatches(term, incoming.pod, incoming.labels);
  if (args.hardPodAffinityWeight > 0) {
    for (const term of requiredAffinity) if (isMeant(term)) add(term, args.hardPodAffinityWeight);
  }
  for (const term of preferredAffinity) if (isMeant(term)) add(term, term.weight);
  for (const term of preferredAntiAffinity) if (isMeant(term)) add(term, -term.weight);
}
