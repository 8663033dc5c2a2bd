/** The area under the ROC curve: how often a fraud scores higher than a genuine row. */
import { rankedScores } from './ranked.js';

/**
 * The share of (fraud, genuine) pairs in which the fraud has the higher score, ties counting half: the
 * trapezoid area under the ROC curve (Hanley and McNeil 1982). NaN when a class is missing, as there is
 * no pair to compare. Labels are 1 for fraud.
 */
export function rocAuc(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const { fraud, genuine } = rankedScores(labels, scores);
  let below = 0;
  let upTo = 0;
  let halves = 0;
  for (const score of fraud) {
    while (below < genuine.length && (genuine[below] ?? 0) < score) below++;
    upTo = Math.max(upTo, below);
    while (upTo < genuine.length && (genuine[upTo] ?? 0) <= score) upTo++;
    halves += below + upTo;
  }
  return halves / 2 / (fraud.length * genuine.length);
}
