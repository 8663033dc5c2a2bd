/** The bins that Evidently compares two samples in. */
import { binEdges, countInBins } from './histogram.js';
import { alignCounts, countCategories, type Shares } from './shares.js';
import { countDistinct, sorted } from './sorted.js';

/** With more different values than this a reference is cut into bins; else each value is one. */
const distinctMax = 20;

/** Shares of each sample; edges are null where each value is a bin. */
export interface EvidentlyBins extends Shares {
  readonly edges: readonly number[] | null;
}

/**
 * Cuts both samples alike. The edges are Sturges's for the pool of both, so outliers of the current sample
 * move them.
 */
export function evidentlyBins(reference: Float64Array, current: Float64Array): EvidentlyBins {
  const ascending = sorted(reference);
  const shares = (counts: readonly number[], { length }: Float64Array): number[] =>
    counts.map(count => count / length);
  if (countDistinct(ascending) <= distinctMax) {
    const counts = alignCounts(countCategories(reference), countCategories(current));
    return {
      edges: null,
      reference: shares(counts.reference, reference),
      current: shares(counts.current, current),
    };
  }
  const pool = new Float64Array(reference.length + current.length);
  pool.set(reference);
  pool.set(current, reference.length);
  const edges = binEdges(pool.sort(), 'sturges');
  return {
    edges,
    reference: shares(countInBins(ascending, edges), reference),
    current: shares(countInBins(sorted(current), edges), current),
  };
}
