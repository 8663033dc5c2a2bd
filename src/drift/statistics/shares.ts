/** The shares that bins or categories have of two samples. */

/** Two lists of shares over the same bins. */
export interface Shares {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** How often each category occurs. */
export type CategoryCounts = ReadonlyMap<string | number, number>;

/** Counts the different values of a sample, which stand for categories. */
export function countCategories(sample: Float64Array): CategoryCounts {
  const counts = new Map<number, number>();
  for (const value of sample) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** The counts of all categories that either has, in ascending order of the categories. */
export function alignCounts(reference: CategoryCounts, current: CategoryCounts): Shares {
  const names = [...new Set([...reference.keys(), ...current.keys()])].sort((a, b) =>
    a < b ? -1 : 1,
  );
  return {
    reference: names.map(name => reference.get(name) ?? 0),
    current: names.map(name => current.get(name) ?? 0),
  };
}

/** The counts of the categories that two samples stand for. */
export const countsOfCategories = (reference: Float64Array, current: Float64Array): Shares =>
  alignCounts(countCategories(reference), countCategories(current));

/** Their shares. */
export const sharesOfCategories = (reference: Float64Array, current: Float64Array): Shares =>
  toShares(countsOfCategories(reference, current));

/** Counts divided by their sum. */
export function toShares({ reference, current }: Shares): Shares {
  return { reference: normalised(reference), current: normalised(current) };
}

/** The list divided by its sum. */
export function normalised(list: readonly number[]): readonly number[] {
  const sum = list.reduce((total, value) => total + value, 0);
  return list.map(value => value / sum);
}

const shareMin = 0.0001;

/**
 * Evidently's way round logarithms of nothing: each list's zeros become 1e-4, or a millionth of its least
 * share when that one is itself no larger.
 */
export function withoutZeros({ reference, current }: Shares): Shares {
  return { reference: zerosFilled(reference), current: zerosFilled(current) };
}

function zerosFilled(shares: readonly number[]): readonly number[] {
  const least = shares.reduce((min, share) => (share > 0 && share < min ? share : min), Infinity);
  const filling = least <= shareMin ? least / 1e6 : shareMin;
  return shares.map(share => (share === 0 ? filling : share));
}
