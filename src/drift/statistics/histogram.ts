/** Histograms with numpy's edges: how many bins, where they lie, and what falls in them. */
import { skewness } from './moments.js';
import { countBelow } from './sorted.js';

/** How the width of bins is chosen. */
export type BinRule = 'sturges' | 'doane';

/**
 * The edges that `numpy.histogram_bin_edges` gives for floats: equal widths from the least value to the
 * largest, half a unit to either side when there is but one.
 */
export function binEdges(ascending: Float64Array, rule: BinRule): number[] {
  const [least, largest] = [ascending[0] ?? 0, ascending.at(-1) ?? 1];
  const range = largest - least;
  if (range === 0) return [least - 0.5, largest + 0.5];
  const width = range / (rule === 'sturges' ? sturgesBins(ascending) : doaneBins(ascending));
  const bins = width > 0 ? Math.ceil(range / width) : 1;
  const step = range / bins;
  const edges = Array.from({ length: bins + 1 }, (_, index) => index * step + least);
  edges[bins] = largest;
  return edges;
}

/** Of Sturges (1926), for samples that are nearly normal. */
const sturgesBins = ({ length }: Float64Array): number => Math.log2(length) + 1;

/** Of Doane (1976): more bins for a skewed sample. */
function doaneBins(sample: Float64Array): number {
  const n = sample.length;
  if (n <= 2) return 1;
  const spread = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)));
  return 1 + Math.log2(n) + Math.log2(1 + Math.abs(skewness(sample)) / spread);
}

/** How many values lie in each bin, its lower edge included, and at the last bin the upper one too. */
export function countInBins(ascending: Float64Array, edges: readonly number[]): number[] {
  const last = edges.length - 1;
  const below = edges.map((edge, index) =>
    countBelow(ascending, edge, { isInclusive: index === last }),
  );
  return below.slice(1).map((count, index) => count - (below[index] ?? 0));
}
