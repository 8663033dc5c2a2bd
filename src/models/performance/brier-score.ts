/** The Brier score: how far probabilities lie from what came true. */
import { invariant } from '../../../sim/engine/invariant.js';

/** The mean squared difference of probability and label (Brier 1950); 0 is best, NaN without rows. */
export function brierScore(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  invariant(labels.length === scores.length, 'every score has its label');
  let sum = 0;
  for (let row = 0; row < scores.length; row++) {
    const miss = (scores[row] ?? NaN) - (labels[row] ?? NaN);
    sum += miss * miss;
  }
  return sum / scores.length;
}
