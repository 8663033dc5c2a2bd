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
    ...estimateRanking(calibration, scores),
  };
}

/**
 * What needs no threshold: the areas under the expected curves, one point a row from the highest score
 * down. Rows of one score have one chance, so it does not matter in which order they stand.
 */
export function estimateRanking(
  calibration: Isotonic,
  scores: ArrayLike<number>,
): Pick<EstimatedPerformance, 'rocAuc' | 'averagePrecision'> {
  const ascending = Float64Array.from(scores).sort();
  let chance = NaN;
  let scoreBefore = NaN;
  let [hits, misses] = [0, 0];
  let [area, precisionSum] = [0, 0];
  let [hitsBefore, missesBefore] = [0, 0];
  for (let place = ascending.length - 1; place >= 0; place--) {
    const score = ascending[place] as number;
    if (score !== scoreBefore) chance = predictIsotonic(calibration, score);
    scoreBefore = score;
    hits += chance;
    misses += 1 - chance;
    const found = toFiveDecimals(hits);
    const false_ = toFiveDecimals(misses);
    area += ((found + hitsBefore) / 2) * (false_ - missesBefore);
    precisionSum += (found - hitsBefore) * (found / (found + false_));
    hitsBefore = found;
    missesBefore = false_;
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
