/** The Mann-Whitney U test of two samples. */
import { normalTail } from '../distributions/normal.js';
import { pooledRanks } from './ranks.js';
import type { TestResult } from './test-result.js';

/**
 * U of the reference: in how many pairs it has the larger value, ties counting half. The two-sided p-value
 * is the normal one, corrected for ties and for continuity.
 */
export function mannWhitney(reference: Float64Array, current: Float64Array): TestResult {
  const { reference: ranks, ties } = pooledRanks(reference, current);
  const [n, m] = [reference.length, current.length];
  const all = n + m;
  const statistic = ranks.reduce((sum, rank) => sum + rank, 0) - (n * (n + 1)) / 2;
  const larger = Math.max(statistic, n * m - statistic);
  const deviation = Math.sqrt(((n * m) / 12) * (all + 1 - ties / (all * (all - 1))));
  const z = (larger - (n * m) / 2 - 0.5) / deviation;
  return { statistic, pValue: Math.min(1, 2 * normalTail(z)) };
}
