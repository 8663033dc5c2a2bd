/** Corrections for many tests at once: the more features are looked at, the more look odd by chance. */

/** What a correction says of all features together. */
export interface Correction {
  /** A p-value below it is a drift of its feature. */
  readonly threshold: number;
  /** Whether any is. */
  readonly isDrift: boolean;
}

/** Bonferroni: the chance of any false alarm is at most `level`. */
export function bonferroni(pValues: readonly number[], level: number): Correction {
  const threshold = level / pValues.length;
  return { threshold, isDrift: pValues.some(pValue => pValue < threshold) };
}

/**
 * Benjamini and Hochberg (1995): of the features that are called drifted a share of at most `level` is
 * falsely so. The threshold is the largest `level` i / n above the i-th smallest p-value; when there is
 * none it is `level` / n, which no p-value is below.
 */
export function benjaminiHochberg(pValues: readonly number[], level: number): Correction {
  const ascending = [...pValues].sort((a, b) => a - b);
  const step = (index: number): number => (level * (index + 1)) / ascending.length;
  const last = ascending.findLastIndex((pValue, index) => pValue < step(index));
  return { threshold: step(Math.max(0, last)), isDrift: last >= 0 };
}
