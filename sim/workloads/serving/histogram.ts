/**
 * Latencies in logarithmic buckets, as HdrHistogram keeps them: 128 buckets to an octave, so that a
 * value is told within 0.4 % (above 0.128 ms; below it within half a microsecond).
 */

const subBits = 7;
const subCount = 1 << subBits;
const octaves = 32 - subBits;
const bucketCount = (octaves + 1) * subCount;
const microsMax = 0xffff_ffff;

/** How far a percentile may be from the recorded value, relative to it. */
export const histogramError = 1 / (2 * subCount);

/** The bucket of a latency; what is longer than 71 minutes counts as 71 minutes. */
export function bucketOf(latencyMs: number): number {
  const exact = latencyMs * 1000;
  const micros = exact < microsMax ? exact >>> 0 : microsMax;
  if (micros < subCount) return micros;
  const shift = 31 - subBits - Math.clz32(micros);
  return (shift << subBits) + (micros >>> shift);
}

/** The middle of a bucket, in ms. */
function middleMs(bucket: number): number {
  if (bucket < subCount) return (bucket + 0.5) / 1000;
  const shift = (bucket >>> subBits) - 1;
  const low = (bucket - (shift << subBits)) * 2 ** shift;
  return (low + 2 ** shift / 2) / 1000;
}

/** A histogram of latencies; two of them can be added up. */
export class LatencyHistogram {
  /** By bucket; `record` is spelled out where speed counts. */
  readonly counts = new Float64Array(bucketCount);
  count = 0;
  sumMs = 0;
  maxMs = 0;
  minMs = Infinity;

  record(latencyMs: number): void {
    const bucket = bucketOf(latencyMs);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.count++;
    this.sumMs += latencyMs;
    if (latencyMs > this.maxMs) this.maxMs = latencyMs;
    if (latencyMs < this.minMs) this.minMs = latencyMs;
  }

  /** Adds all that another has. */
  add(other: LatencyHistogram): void {
    if (other.count === 0) return;
    const { counts } = this;
    const last = bucketOf(other.maxMs);
    for (let bucket = bucketOf(other.minMs); bucket <= last; bucket++) {
      const more = other.counts[bucket] as number;
      if (more > 0) counts[bucket] = (counts[bucket] as number) + more;
    }
    this.count += other.count;
    this.sumMs += other.sumMs;
    this.maxMs = Math.max(this.maxMs, other.maxMs);
    this.minMs = Math.min(this.minMs, other.minMs);
  }

  /** The latency below which this share of them lies, 0 to 1; undefined when there is none. */
  quantile(share: number): number | undefined {
    if (this.count === 0) return undefined;
    const rank = Math.max(1, Math.ceil(share * this.count));
    let seen = 0;
    for (let bucket = bucketOf(this.minMs); bucket < bucketCount; bucket++) {
      seen += this.counts[bucket] ?? 0;
      if (seen >= rank) return Math.min(this.maxMs, Math.max(this.minMs, middleMs(bucket)));
    }
    return this.maxMs;
  }

  /** How many were not longer than each of some latencies, which ascend. */
  countsWithin(boundsMs: readonly number[]): readonly number[] {
    const { counts } = this;
    // There is nothing below the shortest, and nothing above the longest.
    let bucket = this.count === 0 ? bucketCount : bucketOf(this.minMs);
    const last = this.count === 0 ? 0 : bucketOf(this.maxMs) + 1;
    let seen = 0;
    return boundsMs.map(boundMs => {
      const end = Math.min(bucketOf(boundMs), last);
      for (; bucket < end; bucket++) seen += counts[bucket] as number;
      return seen;
    });
  }

  /** Undefined when there is none. */
  meanMs(): number | undefined {
    return this.count === 0 ? undefined : this.sumMs / this.count;
  }

  clear(): void {
    if (this.count > 0) this.counts.fill(0, bucketOf(this.minMs), bucketOf(this.maxMs) + 1);
    this.count = 0;
    this.sumMs = 0;
    this.maxMs = 0;
    this.minMs = Infinity;
  }
}
