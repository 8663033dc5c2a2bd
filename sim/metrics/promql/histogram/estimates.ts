/** What is estimated of the observations of a native histogram. @upstream promql/quantile.go and functions.go */
import { KahanSum } from '../sums.js';
import { bucketsOf, shareBelow, type Bucket } from './buckets.js';
import { isCustom, type Histogram } from './histogram.js';

/** An estimate, with what is to say of it where observations were no numbers. */
export interface Estimate {
  readonly value: number;
  readonly about?: 'is NaN' | 'is skewed' | 'leaves NaN out';
}

/** Of buckets on one side of zero only, the one around zero ends there. */
function withinSigns(histogram: Histogram, bucket: Bucket): Bucket {
  const { positive, negative } = histogram;
  if (negative.length === 0 && positive.length > 0) return { ...bucket, lower: 0 };
  if (positive.length === 0 && negative.length > 0) return { ...bucket, upper: 0 };
  return bucket;
}

const spansZero = ({ lower, upper }: Bucket): boolean => lower <= 0 && upper >= 0;
const total = (buckets: readonly Bucket[]): number =>
  buckets.reduce((sum, { count }) => sum + count, 0);

/** The value below which a share of the observations lies. */
export function quantileOfHistogram(share: number, histogram: Histogram): Estimate {
  if (share < 0) return { value: -Infinity };
  if (share > 1) return { value: Infinity };
  if (histogram.count === 0 || Number.isNaN(share)) return { value: NaN };
  const hasNaN = Number.isNaN(histogram.sum);
  const isUpwards = hasNaN || share < 0.5;
  const ascending = bucketsOf(histogram);
  const place = placeOf(
    isUpwards ? ascending : ascending.toReversed(),
    (isUpwards ? share : 1 - share) * histogram.count,
  );
  if (place === undefined) return hasNaN ? { value: NaN, about: 'is NaN' } : { value: NaN };
  const fixed = atTheEnds(histogram, place.bucket);
  if (typeof fixed === 'number') return { value: fixed };
  const seen = Math.min(place.seen, histogram.count);
  if (seen < place.rank) {
    return hasNaN ? { value: NaN, about: 'is NaN' } : { value: fixed.upper };
  }
  const within = isUpwards ? place.rank - (seen - fixed.count) : seen - place.rank;
  const value = valueAt(histogram, fixed, within / fixed.count);
  const isSkewed = hasNaN && total(ascending) < histogram.count;
  return isSkewed ? { value, about: 'is skewed' } : { value };
}

/** The bucket in which a rank is reached, or the last one, and how many observations there are up to it. */
function placeOf(buckets: readonly Bucket[], rank: number) {
  let seen = 0;
  let found = buckets.at(-1);
  for (const bucket of buckets) {
    if (bucket.count === 0) continue;
    seen += bucket.count;
    found = bucket;
    if (seen >= rank) break;
  }
  return found === undefined ? undefined : { bucket: found, seen, rank };
}

/** Bounds to reckon between; a number where there is nothing to reckon. */
function atTheEnds(histogram: Histogram, bucket: Bucket): Bucket | number {
  if (!isCustom(histogram)) {
    return bucket.lower < 0 && bucket.upper > 0 ? withinSigns(histogram, bucket) : bucket;
  }
  if (bucket.lower === -Infinity) return bucket.upper <= 0 ? bucket.upper : { ...bucket, lower: 0 };
  return bucket.upper === Infinity ? bucket.lower : bucket;
}

function valueAt(histogram: Histogram, bucket: Bucket, share: number): number {
  const { lower, upper } = bucket;
  if (isCustom(histogram) || spansZero(bucket)) return lower + (upper - lower) * share;
  const [from, until] = [Math.log2(Math.abs(lower)), Math.log2(Math.abs(upper))];
  return lower > 0
    ? 2 ** (from + (until - from) * share)
    : -(2 ** (until + (from - until) * (1 - share)));
}

/** The share of the observations between two values. */
export function fractionOfHistogram(from: number, until: number, histogram: Histogram): Estimate {
  if (histogram.count === 0 || Number.isNaN(from) || Number.isNaN(until)) return { value: NaN };
  if (from >= until) return { value: 0 };
  const buckets = bucketsOf(histogram);
  const counted = Number.isNaN(histogram.sum) ? total(buckets) : histogram.count;
  const ranks = [from, until].map(value =>
    Math.min(rankOf(value, histogram, buckets) ?? counted, counted),
  ) as [number, number];
  const value = (ranks[1] - ranks[0]) / histogram.count;
  return counted < histogram.count ? { value, about: 'leaves NaN out' } : { value };
}

/** How many observations are below a value; undefined: all of them. */
function rankOf(
  value: number,
  histogram: Histogram,
  buckets: readonly Bucket[],
): number | undefined {
  let rank = 0;
  for (const told of buckets) {
    const isAroundZero = spansZero(told);
    const bucket = isAroundZero ? withinSigns(histogram, told) : told;
    if (bucket.lower >= value) return rank;
    if (bucket.upper > value) {
      const isEven = isCustom(histogram) || isAroundZero;
      if (isEven && bucket.lower === -Infinity) return bucket.count;
      return rank + bucket.count * shareBelow(bucket, value, isEven);
    }
    rank += bucket.count;
  }
  return undefined;
}

/** The variance of the observations, each taken for the middle of its bucket. */
export function varianceOfHistogram(histogram: Histogram): number {
  const mean = histogram.sum / histogram.count;
  const variance = new KahanSum();
  for (const bucket of bucketsOf(histogram)) {
    if (bucket.count === 0) continue;
    const delta = middleOf(histogram, bucket) - mean;
    variance.add(bucket.count * delta * delta);
  }
  return variance.value / histogram.count;
}

function middleOf(histogram: Histogram, bucket: Bucket): number {
  const { lower, upper } = bucket;
  if (isCustom(histogram)) return (upper + lower) / 2;
  if (spansZero(bucket)) return 0;
  return upper < 0 ? -Math.sqrt(upper * lower) : Math.sqrt(upper * lower);
}
