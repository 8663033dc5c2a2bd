/** Means with their intervals, and comparisons in pairs of equal seeds. */
import { studentTwoSided } from '../../drift/distributions/student-t.js';

/** The share of intervals that hold the true mean. */
export const confidence = 0.95;

/** A mean over seeds. */
export interface Estimate {
  readonly count: number;
  readonly mean: number;
  /** Sample standard deviation; undefined of a single value. */
  readonly deviation: number | undefined;
  /** Half of the 95 % interval (Student's t); undefined of a single value. */
  readonly half: number | undefined;
}

/** The mean of values and its 95 % interval. */
export function estimate(values: readonly number[]): Estimate {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { count, mean, deviation: undefined, half: undefined };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (count - 1));
  const half = (studentQuantile(1 - confidence, count - 1) * deviation) / Math.sqrt(count);
  return { count, mean, deviation, half };
}

/** What the difference of two setups is worth. */
export interface PairedDifference extends Estimate {
  /** Two-sided, of the paired t test, or of the sign test where all pairs differ alike; undefined of one pair. */
  readonly pValue: number | undefined;
}

/** The differences of pairs, each of one seed. */
export function pairedDifference(
  values: readonly number[],
  others: readonly number[],
): PairedDifference {
  const own = estimate(values.map((value, index) => value - (others[index] ?? NaN)));
  const { count, mean, deviation } = own;
  if (deviation === undefined) return { ...own, pValue: undefined };
  if (mean === 0) return { ...own, pValue: 1 };
  // Without spread there is no t; a sign test says how likely it is that all pairs go the same way.
  if (deviation === 0) return { ...own, pValue: 2 ** (1 - count) };
  const t = (mean * Math.sqrt(count)) / deviation;
  return { ...own, pValue: studentTwoSided(t, count - 1) };
}

/**
 * Holm's correction: which of several comparisons may be called different so that the chance of a single
 * false claim among all is at most `level`. In the order given.
 */
export function holm(pValues: readonly number[], level = 1 - confidence): boolean[] {
  const order = pValues.map((_, index) => index);
  order.sort((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1) || a - b);
  const isDifferent = pValues.map(() => false);
  for (const [rank, index] of order.entries()) {
    if (!((pValues[index] ?? 1) <= level / (pValues.length - rank))) break;
    isDifferent[index] = true;
  }
  return isDifferent;
}

/** The value that a t variable leaves on either side with this chance in all. */
export function studentQuantile(chance: number, degrees: number): number {
  let low = 0;
  let high = 1;
  while (studentTwoSided(high, degrees) > chance) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (studentTwoSided(middle, degrees) > chance) low = middle;
    else high = middle;
  }
  return high;
}
