/** CBPE: how well a model does, estimated from its scores alone, while no labels have come. */
import { fitIsotonic, predictIsotonic, type Isotonic } from './isotonic.js';

/** What the scores let expect. A share of nothing is NaN. */
export interface EstimatedPerformance {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly specificity: number;
  readonly rocAuc: number;
  readonly averagePrecision: number;
}

/** Learns on labelled scores how often a score is right. Labels are 1 for fraud. */
export const calibrate = (scores: ArrayLike<number>, labels: ArrayLike<number>): Isotonic =>
  fitIsotonic(scores, labels);

/**
 * Confidence-based performance estimation, after NannyML: each score's calibrated chance of fraud counts
 * as so much of a fraud. It assumes that only the features have moved: when what makes a fraud changes
 * (concept drift), the estimate is wrong and does not know it.
 *
 * @param threshold - a score of at least it is an alert
 */
export function estimatePerformance(
  calibration: Isotonic,
  scores: ArrayLike<number>,
  threshold = 0.5,
): EstimatedPerformance {
  const chances = Float64Array.from(scores, score => predictIsotonic(calibration, score));
  let [truePositives, falsePositives, falseNegatives, trueNegatives] = [0, 0, 0, 0];
  chances.forEach((chance, row) => {
    if ((scores[row] as number) >= threshold) {
      truePositives += chance;
      falsePositives += 1 - chance;
    } else {
      falseNegatives += chance;
      trueNegatives += 1 - chance;
    }
  });
  return {
    accuracy: (truePositives + trueNegatives) / chances.length,
    precision: truePositives / (truePositives + falsePositives),
    recall: truePositives / (truePositives + falseNegatives),
    f1: (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives),
    specificity: trueNegatives / (trueNegatives + falsePositives),
    ...estimateRanking(chances, scores),
  };
}

/** The areas under the expected curves, one point a row from the highest score down. */
function estimateRanking(
  chances: Float64Array,
  scores: ArrayLike<number>,
): Pick<EstimatedPerformance, 'rocAuc' | 'averagePrecision'> {
  // Ties stand in the order that an ascending stable sort has when it is read backwards.
  const order = Uint32Array.from(chances.keys()).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number) || b - a,
  );
  let [hits, misses] = [0, 0];
  let [area, precisionSum] = [0, 0];
  let [hitsBefore, missesBefore] = [0, 0];
  for (const row of order) {
    hits += chances[row] as number;
    misses += 1 - (chances[row] as number);
    const [found, false_] = [toFiveDecimals(hits), toFiveDecimals(misses)];
    area += ((found + hitsBefore) / 2) * (false_ - missesBefore);
    precisionSum += (found - hitsBefore) * (found / (found + false_));
    [hitsBefore, missesBefore] = [found, false_];
  }
  return {
    rocAuc: area / (hitsBefore * missesBefore),
    averagePrecision: precisionSum / hitsBefore,
  };
}

/** Rounded half to even, as numpy does. */
function toFiveDecimals(value: number): number {
  const scaled = value * 1e5;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const isUp = rest > 0.5 || (rest === 0.5 && floor % 2 === 1);
  return (isUp ? floor + 1 : floor) / 1e5;
}
