/** The Cramér-von Mises test of two samples. */
import { cramerVonMisesTail } from '../distributions/cramer-von-mises.js';
import { pooledRanks } from './ranks.js';
import type { TestResult } from './test-result.js';

/** Below this the limit distribution has nothing, and scipy says 1. */
const statisticMin = 0.003;

/**
 * The statistic T of Anderson (1962) with its p-value in the limit of large samples, standardised by the
 * moments that T has at these sizes.
 */
export function cramerVonMises(reference: Float64Array, current: Float64Array): TestResult {
  const ranks = pooledRanks(reference, current);
  const [n, m] = [reference.length, current.length];
  const [product, all] = [n * m, n + m];
  const u = n * displacement(ranks.reference) + m * displacement(ranks.current);
  const statistic = u / (product * all) - (4 * product - 1) / (6 * all);
  const expected = (1 + 1 / all) / 6;
  const variance =
    ((all + 1) * (4 * product * all - 3 * (n * n + m * m) - 2 * product)) /
    (45 * all ** 2 * 4 * product);
  const limit = 1 / 6 + (statistic - expected) / Math.sqrt(45 * variance);
  return { statistic, pValue: limit < statisticMin ? 1 : cramerVonMisesTail(limit) };
}

/** How far the ranks stand from those that the sample would have alone, squared and summed. */
function displacement(ranks: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < ranks.length; index++) {
    sum += ((ranks[index] as number) - index - 1) ** 2;
  }
  return sum;
}
