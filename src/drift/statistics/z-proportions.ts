/** The z test of two proportions. */
import { normalTwoSided } from '../distributions/normal.js';
import type { Shares } from './shares.js';
import type { TestResult } from './test-result.js';

/**
 * z of the second category's share in the reference less that in the current sample, with the pooled
 * variance. NaN when both samples hold one category only.
 */
export function zProportions({ reference, current }: Shares): TestResult {
  const [referenceZeros = 0, referenceOnes = 0] = reference;
  const [currentZeros = 0, currentOnes = 0] = current;
  const n = referenceZeros + referenceOnes;
  const m = currentZeros + currentOnes;
  const difference = referenceOnes / n - currentOnes / m;
  const pooled = (referenceOnes + currentOnes) / (n + m);
  const statistic = difference / Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
  return { statistic, pValue: normalTwoSided(statistic) };
}
