/** Average precision: the area under the precision-recall curve in steps, without interpolation. */
import { rankedScores } from './ranked.js';

/**
 * The sum over all thresholds, from the highest score down, of (gain in recall) x precision; rows of one
 * score pass the threshold together. This is scikit-learn's `average_precision_score`. 0 when there is
 * no fraud, as there. Labels are 1 for fraud.
 */
export function averagePrecision(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const { fraud, genuine } = rankedScores(labels, scores);
  let area = 0;
  let fraudLeft = fraud.length;
  let genuineLeft = genuine.length;
  while (fraudLeft > 0) {
    const threshold = fraud[fraudLeft - 1] ?? 0;
    const before = fraudLeft;
    while (fraudLeft > 0 && fraud[fraudLeft - 1] === threshold) fraudLeft--;
    while (genuineLeft > 0 && (genuine[genuineLeft - 1] ?? 0) >= threshold) genuineLeft--;
    const hits = fraud.length - fraudLeft;
    const alerts = hits + genuine.length - genuineLeft;
    area += ((before - fraudLeft) / fraud.length) * (hits / alerts);
  }
  return area;
}
