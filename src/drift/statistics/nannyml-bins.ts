/** The bins that NannyML compares two samples in. */
import { binEdges, countInBins } from './histogram.js';
import type { Shares } from './shares.js';
import { sorted } from './sorted.js';

/** Shares of each sample; the last bin, without edges, holds what lies outside of the others. */
export interface NannymlBins extends Shares {
  readonly edges: readonly number[];
}

/** Cuts both samples at Doane's edges of the reference. */
export function nannymlBins(reference: Float64Array, current: Float64Array): NannymlBins {
  const ascending = sorted(reference);
  const edges = binEdges(ascending, 'doane');
  const shares = (sample: Float64Array): number[] => {
    const counts = countInBins(sample, edges);
    const inside = counts.reduce((sum, count) => sum + count, 0);
    return [...counts, sample.length - inside].map(count => count / sample.length);
  };
  return { edges, reference: shares(ascending), current: shares(sorted(current)) };
}
