/**
 * Averages of a revision's load over a window, from buckets of one second.
 * @upstream knative/serving v1.22.1 pkg/autoscaler/aggregation/bucketing.go
 */

const bucketMs = 1000;
/** Of the weights of a window, so much is within it. */
const weightWithin = 0.9999;
/** The least weight of the newest bucket. */
const leastWeight = 0.2;
/** Averages are rounded to six places. */
const places = 1e6;

/** Sums of what was recorded in each second of a window. */
export class MetricWindow {
  private readonly buckets: Float64Array;
  private readonly newestWeight: number;
  private total = 0;
  /** Seconds of the first and the last record; -Infinity: nothing was recorded. */
  private first = -Infinity;
  private last = -Infinity;

  /** @param windowMs A whole number of seconds. */
  constructor(windowMs: number) {
    const count = Math.round(windowMs / bucketMs);
    this.buckets = new Float64Array(count);
    this.newestWeight = Math.max(1 - (1 - weightWithin) ** (1 / count), leastWeight);
  }

  /** Whether nothing was recorded within the window. */
  isEmpty(nowMs: number): boolean {
    return Math.floor(nowMs / bucketMs) - this.last > this.buckets.length;
  }

  record(nowMs: number, value: number): void {
    const { buckets } = this;
    const second = Math.floor(nowMs / bucketMs);
    if (second - this.last >= buckets.length) {
      buckets.fill(0);
      this.total = 0;
      this.first = second;
      this.last = second;
    }
    while (this.last < second) {
      const next = ++this.last % buckets.length;
      this.total -= buckets[next] as number;
      buckets[next] = 0;
    }
    buckets[second % buckets.length] = (buckets[second % buckets.length] as number) + value;
    this.total += value;
  }

  /** The mean of the seconds since the first record, at most those of the window. */
  average(nowMs: number): number {
    const { buckets, first, last } = this;
    const silent = Math.max(0, Math.floor(nowMs / bucketMs) - last);
    if (silent >= buckets.length) return 0;
    let left = this.total;
    for (let second = last + 1; second <= last + silent; second++) {
      left -= buckets[second % buckets.length] as number;
    }
    return rounded(left / Math.min(last - first + 1, buckets.length - silent));
  }

  /** The mean in which each second weighs less than the one after it. */
  weightedAverage(nowMs: number): number {
    if (this.isEmpty(nowMs)) return 0;
    const { buckets, last, newestWeight } = this;
    const silent = Math.max(0, Math.floor(nowMs / bucketMs) - last);
    let weight = newestWeight * (1 - newestWeight) ** silent;
    let average = 0;
    for (let age = 0; age < buckets.length - silent; age++) {
      const second = last - age + buckets.length;
      average += (buckets[second % buckets.length] as number) * weight;
      weight *= 1 - newestWeight;
    }
    return average;
  }
}

const rounded = (value: number): number => Math.round(value * places) / places;
