/**
 * Makes native histograms with told bounds of classic ones: NHCB, `convert_classic_histograms_to_nhcb`.
 *
 * @upstream util/convertnhcb/convertnhcb.go
 */
import { customSchema, emptyHistogram, compacted, type Histogram } from './histogram.js';

/** A classic histogram at an instant. */
export interface ClassicSamples {
  /** Cumulative counts by upper bound. */
  readonly buckets: ReadonlyMap<number, number>;
  /** Default: the count of the last bucket. */
  readonly count?: number;
  readonly sum?: number;
}

/** The native histogram; undefined: the counts contradict each other. */
export function convertedClassic({
  buckets,
  count,
  sum = 0,
}: ClassicSamples): Histogram | undefined {
  const ascending = [...buckets].sort(([a], [b]) => a - b);
  const total = count ?? ascending.at(-1)?.[1] ?? 0;
  if (ascending.at(-1)?.[0] !== Infinity) ascending.push([Infinity, total]);
  const cells = ascending.map(([, cumulative], index) => ({
    index,
    count: cumulative - (ascending[index - 1]?.[1] ?? 0),
  }));
  const isCounted = total === ascending.at(-1)?.[1] && total >= 0;
  if (!isCounted || cells.some(cell => !(cell.count >= 0))) return undefined;
  const bounds = ascending.map(([bound]) => bound).filter(bound => bound !== Infinity);
  return compacted({
    ...emptyHistogram,
    schema: customSchema,
    count: total,
    sum,
    positive: cells,
    bounds,
  });
}
