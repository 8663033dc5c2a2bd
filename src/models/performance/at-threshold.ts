/** Precision, recall and F1 at one threshold, with the four counts that they come from. */
import { invariant } from '../../../sim/engine/invariant.js';

/** What a threshold makes of scores. */
export interface ThresholdMeasures {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly trueNegatives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly truePositives: number;
}

/** A share, or 0 where there is nothing to share, as scikit-learn has it. */
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/**
 * The measures of the rule "fraud when the score is at least the threshold" (default 0.5). A share of
 * nothing is 0. Labels are 1 for fraud.
 */
export function measuresAtThreshold(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  threshold = 0.5,
): ThresholdMeasures {
  invariant(labels.length === scores.length, 'every score has its label');
  let alerts = 0;
  let frauds = 0;
  let truePositives = 0;
  for (let row = 0; row < scores.length; row++) {
    const isFraud = labels[row] === 1;
    const isAlert = (scores[row] ?? NaN) >= threshold;
    if (isFraud) frauds++;
    if (isAlert) alerts++;
    if (isFraud && isAlert) truePositives++;
  }
  const falsePositives = alerts - truePositives;
  const falseNegatives = frauds - truePositives;
  return {
    precision: share(truePositives, alerts),
    recall: share(truePositives, frauds),
    f1: share(2 * truePositives, alerts + frauds),
    trueNegatives: scores.length - alerts - falseNegatives,
    falsePositives,
    falseNegatives,
    truePositives,
  };
}
