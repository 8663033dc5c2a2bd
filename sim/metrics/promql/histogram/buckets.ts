/** The buckets of a native histogram with their bounds. @upstream model/histogram/generic.go */
import { customSchema, isCustom, type Cell, type Histogram } from './histogram.js';

/** A bucket with its bounds. */
export interface Bucket {
  readonly lower: number;
  readonly upper: number;
  readonly isLowerInside: boolean;
  readonly isUpperInside: boolean;
  readonly count: number;
}

/** The upper bound of the bucket with an index, by its size: below zero it is the lower one. */
export function boundOf(
  { schema, bounds }: Pick<Histogram, 'schema' | 'bounds'>,
  index: number,
): number {
  if (schema === customSchema) {
    if (index < 0) return -Infinity;
    return bounds[index] ?? Infinity;
  }
  const exponent = index * 2 ** -schema;
  // The last bucket of numbers ends with the greatest of them; what follows is of infinities.
  return exponent === 1024 ? Number.MAX_VALUE : 2 ** exponent;
}

/** A bucket above zero. */
export function bucketAbove(histogram: Histogram, { index, count }: Cell): Bucket {
  const lower = boundOf(histogram, index - 1);
  const upper = boundOf(histogram, index);
  const isLowerInside = isCustom(histogram) ? index === 0 : lower < 0;
  return { lower, upper, isLowerInside, isUpperInside: isCustom(histogram) || upper > 0, count };
}

/** A bucket below zero. */
export function bucketBelow(histogram: Histogram, { index, count }: Cell): Bucket {
  const lower = -boundOf(histogram, index);
  const upper = -boundOf(histogram, index - 1);
  return { lower, upper, isLowerInside: lower < 0, isUpperInside: upper > 0, count };
}

/** The bucket around zero. */
export function bucketAround({ zeroThreshold, zeroCount }: Histogram): Bucket {
  return {
    lower: -zeroThreshold,
    upper: zeroThreshold,
    isLowerInside: true,
    isUpperInside: true,
    count: zeroCount,
  };
}

/** All buckets in ascending order; those that reach into the one around zero begin where it ends. */
export function bucketsOf(histogram: Histogram): readonly Bucket[] {
  const { positive, negative, zeroCount, zeroThreshold } = histogram;
  const below = negative.map(cell => bucketBelow(histogram, cell)).toReversed();
  const around = zeroCount > 0 ? [bucketAround(histogram)] : [];
  const above = positive.map(cell => bucketAbove(histogram, cell));
  return [
    ...below.map(bucket =>
      bucket.upper < 0 && bucket.upper > -zeroThreshold
        ? { ...bucket, upper: -zeroThreshold }
        : bucket,
    ),
    ...around,
    ...above.map(bucket =>
      bucket.lower > 0 && bucket.lower < zeroThreshold
        ? { ...bucket, lower: zeroThreshold }
        : bucket,
    ),
  ];
}

/** Which share of a bucket's width lies below a value inside of it; on a scale of powers unless it is even. */
export function shareBelow({ lower, upper }: Bucket, value: number, isEven: boolean): number {
  if (isEven) return (value - lower) / (upper - lower);
  const [from, until, at] = [lower, upper, value].map(one => Math.log2(Math.abs(one))) as [
    number,
    number,
    number,
  ];
  return value > 0 ? (at - from) / (until - from) : 1 - (at - until) / (from - until);
}
