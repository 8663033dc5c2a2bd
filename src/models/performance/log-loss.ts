/** The log loss: the mean surprise of the labels under the probabilities. */
import { invariant } from '../../../sim/engine/invariant.js';

/** Probabilities are kept this far from 0 and 1, so that one sure mistake does not cost infinity. */
const clip = 1e-15;

/**
 * The mean negative log likelihood in nats, with probabilities clipped to [1e-15, 1 - 1e-15]; 0 is best,
 * NaN without rows. Labels are 1 for fraud.
 */
export function logLoss(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  invariant(labels.length === scores.length, 'every score has its label');
  let sum = 0;
  for (let row = 0; row < scores.length; row++) {
    const score = Math.min(1 - clip, Math.max(clip, scores[row] ?? NaN));
    sum -= labels[row] === 1 ? Math.log(score) : Math.log(1 - score);
  }
  return sum / scores.length;
}
