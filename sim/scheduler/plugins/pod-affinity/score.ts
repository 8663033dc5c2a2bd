/** Prefers nodes near pods that are liked, and far from those that are not. @upstream pkg/scheduler/framework/plugins/interpodaffinity/scoring.go */
import type { Labels } from '../../../api/selectors.js';
import { stateKey, type CycleState } from '../../cycle-state.js';
import { maxNodeScore, skip, type Handle, type Status } from '../../framework.js';
import type { NodeInfo } from '../../node-info.js';
import { termMatches, type AffinityTerm, type PodInfo } from '../../pod-info.js';
import type { PodClass } from '../../pod-classes.js';
import { TopologyCounts } from '../../topology-counts.js';
import { mergedTerms, namespaceLabels } from './terms.js';

/** The arguments of InterPodAffinity. */
export interface AffinityArgs {
  readonly hardPodAffinityWeight: number;
  readonly ignorePreferredTermsOfExistingPods: boolean;
}

const scoring = stateKey<TopologyCounts>('PreScoreInterPodAffinity');

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
  const scores = new TopologyCounts();
  const incoming = {
    pod,
    liked: mergedTerms(handle, preferredAffinity),
    disliked: mergedTerms(handle, preferredAntiAffinity),
    labels: namespaceLabels(handle, pod.namespace),
  };
  const { classes } = handle.nodes;
  for (const others of hasPreferences ? classes.all : classes.withAffinity) {
    addPairs(scores, args, incoming, others);
  }
  if (scores.isEmpty) return skip;
  state.write(scoring, scores);
  return undefined;
}

/** The sum at the node's topologies: negative where it is disliked. */
export function affinityScore(state: CycleState, node: NodeInfo): number {
  const scores = state.read(scoring);
  if (scores === undefined) return 0;
  let sum = 0;
  for (const key of scores.keys) {
    const value = node.labels[key];
    if (value !== undefined) sum += scores.at(key, value);
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
function addPairs(
  scores: TopologyCounts,
  args: AffinityArgs,
  incoming: Incoming,
  others: PodClass,
): void {
  const { pod: other } = others;
  const add = ({ topologyKey }: AffinityTerm, weight: number) =>
    scores.addAll(topologyKey, others.at(topologyKey), weight);
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
