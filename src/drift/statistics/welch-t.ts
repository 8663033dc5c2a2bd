/** Welch's t test of two means. */
import { studentTwoSided } from '../distributions/student-t.js';
import { mean, squaredDeviations } from './moments.js';
import type { TestResult } from './test-result.js';

/**
 * t of reference less current, without the assumption of equal variances. When neither sample varies,
 * equal means give NaN, as there is nothing to measure by, and others an infinite t and a p-value of 0.
 */
export function welchT(reference: Float64Array, current: Float64Array): TestResult {
  const difference = mean(reference) - mean(current);
  const ofReference = meanVariance(reference);
  const ofCurrent = meanVariance(current);
  const both = ofReference + ofCurrent;
  const degrees =
    both ** 2 / (ofReference ** 2 / (reference.length - 1) + ofCurrent ** 2 / (current.length - 1));
  const statistic = difference / Math.sqrt(both);
  return { statistic, pValue: studentTwoSided(statistic, degrees) };
}

/** The variance of a sample's mean. */
const meanVariance = (sample: Float64Array): number =>
  squaredDeviations(sample) / (sample.length - 1) / sample.length;
