/** Scores split by their label and sorted: what measures over every threshold walk through. */
import { invariant } from '../../../sim/engine/invariant.js';

/** The scores of each class, ascending. */
export interface RankedScores {
  readonly fraud: Float64Array;
  readonly genuine: Float64Array;
}

/** Splits scores by label (1 is fraud) and sorts each part. Two sorts of numbers beat one of pairs. */
export function rankedScores(labels: ArrayLike<number>, scores: ArrayLike<number>): RankedScores {
  invariant(labels.length === scores.length, 'every score has its label');
  const count = scores.length;
  let frauds = 0;
  for (let row = 0; row < count; row++) if (labels[row] === 1) frauds++;
  const fraud = new Float64Array(frauds);
  const genuine = new Float64Array(count - frauds);
  let fraudEnd = 0;
  let genuineEnd = 0;
  for (let row = 0; row < count; row++) {
    const score = scores[row] ?? NaN;
    if (labels[row] === 1) fraud[fraudEnd++] = score;
    else genuine[genuineEnd++] = score;
  }
  return { fraud: fraud.sort(), genuine: genuine.sort() };
}
