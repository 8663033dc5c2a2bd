/**
 * Native histograms: counts of observations by buckets whose bounds grow by a constant factor, or are
 * told.
 *
 * @upstream model/histogram/float_histogram.go and generic.go (Prometheus 3.14); a histogram is a value
 *   here, so that what changes it gives another one, and its buckets are listed by their index, without
 *   spans.
 */

/** What is known of a reset of the counter before a histogram; a gauge has none. */
export type ResetHint = 'unknown' | 'reset' | 'not reset' | 'gauge';

/** A bucket by its index in the schema. */
export interface Cell {
  readonly index: number;
  readonly count: number;
}

/** A histogram of floats. */
export interface Histogram {
  readonly hint: ResetHint;
  /** From -4 to 8: two to the power of this many buckets for each doubling. */
  readonly schema: number;
  /** Half the width of the bucket around zero. */
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly count: number;
  readonly sum: number;
  /** Buckets above zero by ascending index, each index once. */
  readonly positive: readonly Cell[];
  /** Buckets below zero, those nearest to zero first. */
  readonly negative: readonly Cell[];
  /** Upper bounds that were told, in ascending order; only of `customSchema`. */
  readonly bounds: readonly number[];
}

/** The schema of histograms whose bounds are told. */
export const customSchema = -53;

/** Whether a histogram's bounds are told. */
export const isCustom = ({ schema }: Pick<Histogram, 'schema'>): boolean => schema === customSchema;

/** A histogram of nothing. */
export const emptyHistogram: Histogram = {
  hint: 'unknown',
  schema: 0,
  zeroThreshold: 0,
  zeroCount: 0,
  count: 0,
  sum: 0,
  positive: [],
  negative: [],
  bounds: [],
};

/** Without empty buckets. */
export function compacted(histogram: Histogram): Histogram {
  const { positive, negative } = histogram;
  if (![...positive, ...negative].some(isEmpty)) return histogram;
  const kept = (cells: readonly Cell[]) => cells.filter(cell => !isEmpty(cell));
  return { ...histogram, positive: kept(positive), negative: kept(negative) };
}

const isEmpty = ({ count }: Cell): boolean => count === 0;

/** All counts and the sum times a factor; by a negative one it becomes a gauge. */
export function multiplied(histogram: Histogram, factor: number): Histogram {
  const scaled = reckoned(histogram, count => count * factor);
  return factor < 0 ? { ...scaled, hint: 'gauge' } : scaled;
}

/** All counts and the sum divided; by zero no bucket is left. */
export function divided(histogram: Histogram, divisor: number): Histogram {
  const scaled = reckoned(histogram, count => count / divisor);
  if (divisor === 0) return { ...scaled, positive: [], negative: [] };
  return divisor < 0 ? { ...scaled, hint: 'gauge' } : scaled;
}

function reckoned(histogram: Histogram, reckon: (count: number) => number): Histogram {
  const cells = (side: readonly Cell[]) =>
    side.map(({ index, count }) => ({ index, count: reckon(count) }));
  return {
    ...histogram,
    zeroCount: reckon(histogram.zeroCount),
    count: reckon(histogram.count),
    sum: reckon(histogram.sum),
    positive: cells(histogram.positive),
    negative: cells(histogram.negative),
  };
}

/** Whether two are equal to the bit but for their hints. */
export function areEqual(a: Histogram, b: Histogram): boolean {
  return (
    a.schema === b.schema &&
    a.zeroThreshold === b.zeroThreshold &&
    Object.is(a.zeroCount, b.zeroCount) &&
    Object.is(a.count, b.count) &&
    Object.is(a.sum, b.sum) &&
    haveSameBounds(a, b) &&
    areSameCells(a.positive, b.positive) &&
    areSameCells(a.negative, b.negative)
  );
}

/** Whether the told bounds are the same. */
export function haveSameBounds(a: Histogram, b: Histogram): boolean {
  return (
    a.bounds.length === b.bounds.length && a.bounds.every((bound, at) => bound === b.bounds[at])
  );
}

function areSameCells(a: readonly Cell[], b: readonly Cell[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ index, count }, at) => index === b[at]?.index && Object.is(count, b[at].count))
  );
}
