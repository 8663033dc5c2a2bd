/**
 * Cuts the observations of a native histogram off above or below a value: the operators `</` and `>/`.
 *
 * @upstream model/histogram/float_histogram.go: `TrimBuckets`
 */
import { bucketAbove, bucketAround, bucketBelow, shareBelow, type Bucket } from './buckets.js';
import { compacted, isCustom, type Cell, type Histogram } from './histogram.js';

/** Where is cut, and what is kept: what lies below it, or what lies above. */
interface Cut {
  readonly value: number;
  readonly keeps: 'below' | 'above';
}

/** So much is kept of a bucket, and its observations are taken to be at this value. */
interface Kept {
  readonly count: number;
  readonly middle: number;
}

/** The histogram without what is cut off; its sum is estimated from what is left, if anything was. */
export function trimmed(histogram: Histogram, cut: Cut): Histogram {
  const side = (cells: readonly Cell[], isAbove: boolean) =>
    cells.map(cell => {
      const bucket = (isAbove ? bucketAbove : bucketBelow)(histogram, cell);
      const kept = bucket.count === 0 ? nothing : keptOf(histogram, bucket, { cut, isAbove });
      return { index: cell.index, ...kept };
    });
  const positive = side(histogram.positive, true);
  const negative = side(histogram.negative, false);
  const zero =
    histogram.zeroCount > 0
      ? keptAroundZero(histogram, cut)
      : { count: histogram.zeroCount, middle: 0 };
  const isWhole =
    zero.count === histogram.zeroCount &&
    positive.every(({ count }, at) => count === histogram.positive[at]?.count) &&
    negative.every(({ count }, at) => count === histogram.negative[at]?.count);
  if (isWhole) return histogram;
  const all: readonly Kept[] = [...positive, ...negative, zero];
  const cellsOf = (cells: readonly (Cell & Kept)[]) =>
    cells.map(({ index, count }) => ({ index, count }));
  return compacted({
    ...histogram,
    zeroCount: zero.count,
    count: all.reduce((sum, { count }) => sum + count, 0),
    sum: all.reduce((sum, { count, middle }) => sum + count * middle, 0),
    positive: cellsOf(positive),
    negative: cellsOf(negative),
  });
}

const nothing: Kept = { count: 0, middle: 0 };

function keptOf(
  histogram: Histogram,
  bucket: Bucket,
  { cut, isAbove }: { readonly cut: Cut; readonly isAbove: boolean },
): Kept {
  const { lower, upper, count } = bucket;
  const middleOf = (from: number, until: number) =>
    middle(from, until, isCustom(histogram) ? 'even' : isAbove ? 'above' : 'below');
  const isWithin = cut.keeps === 'below' ? upper <= cut.value : lower >= cut.value;
  if (isWithin) return { count, middle: middleOf(lower, upper) };
  const isCut = cut.keeps === 'below' ? lower < cut.value : upper > cut.value;
  if (!isCut) return nothing;
  if (lower === -Infinity) return keptOfFirst(bucket, cut);
  if (upper === Infinity) return keptOfLast(bucket, cut);
  const below = count * shareBelow(bucket, cut.value, isCustom(histogram));
  return cut.keeps === 'below'
    ? { count: below, middle: middleOf(lower, cut.value) }
    : { count: count - below, middle: middleOf(cut.value, upper) };
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

/** Of a bucket that has no lower end: from 0 on where it ends above it, else it cannot be cut. */
function keptOfFirst({ upper, count }: Bucket, { value, keeps }: Cut): Kept {
  const isEven = upper > 0 && upper !== Infinity;
  if (keeps === 'below') {
    if (value >= upper) return { count, middle: 0 };
    if (value > 0 && isEven) return { count: (count * value) / upper, middle: value / 2 };
    return upper <= 0 ? { count, middle: value } : { count: 0, middle: finite(upper) };
  }
  if (value === -Infinity) return { count, middle: 0 };
  if (value >= 0 && upper > value && upper !== Infinity) {
    return { count: count * (1 - value / upper), middle: (value + upper) / 2 };
  }
  return { count: 0, middle: finite(upper) };
}

/** Of a bucket that has no upper end: it is kept above a value within it. */
function keptOfLast({ lower, count }: Bucket, { value, keeps }: Cut): Kept {
  if (keeps === 'above' && value >= lower) return { count, middle: value };
  return { count: 0, middle: finite(lower) };
}

function keptAroundZero(histogram: Histogram, { value, keeps }: Cut): Kept {
  const bucket = bucketAround(histogram);
  const isFilled = (cells: readonly Cell[]) => cells.some(({ count }) => count !== 0);
  const [hasBelow, hasAbove] = [isFilled(histogram.negative), isFilled(histogram.positive)];
  const lower = hasAbove && !hasBelow ? 0 : bucket.lower;
  const upper = hasBelow && !hasAbove ? 0 : bucket.upper;
  const { count } = bucket;
  const whole = { count, middle: (lower + upper) / 2 };
  if (value <= lower) return keeps === 'below' ? nothing : whole;
  if (value >= upper) return keeps === 'below' ? whole : nothing;
  const below = (value - lower) / (upper - lower);
  return keeps === 'below'
    ? { count: count * below, middle: (lower + value) / 2 }
    : { count: (count * (upper - value)) / (upper - lower), middle: (value + upper) / 2 };
}

/** Where the observations between two values are taken to be. */
function middle(lower: number, upper: number, scale: 'even' | 'above' | 'below'): number {
  if (!Number.isFinite(lower)) {
    if (!Number.isFinite(upper)) return 0;
    return upper > 0 ? upper / 2 : upper;
  }
  if (!Number.isFinite(upper)) return lower;
  if (scale === 'even') return (lower + upper) / 2;
  const geometric = Math.sqrt(Math.abs(lower * upper));
  return scale === 'above' ? geometric : -geometric;
}
