/** Where a log is silent for much longer than it otherwise is: something of it is missing. */

/** Events are told apart by no less. */
const bucketMs = 10_000;
/** So long a silence has to be, and so many times as long as the usual one. */
const silentMs = 600_000;
const usualTimes = 30;

/** Takes note of the times of a log's events, in little memory. */
export class Silences {
  private readonly buckets = new Set<number>();

  note(atMs: number): void {
    this.buckets.add(Math.floor(atMs / bucketMs));
  }

  /** The silences, each with its beginning and its end. */
  found(): readonly { readonly fromMs: number; readonly toMs: number }[] {
    const all = Float64Array.from(this.buckets).sort();
    const steps = Float64Array.from(all.subarray(1), (bucket, index) => bucket - (all[index] ?? 0));
    const usual = steps.slice().sort()[steps.length >> 1] ?? 0;
    return [...steps].flatMap((step, index) => {
      const isLong = step * bucketMs >= silentMs && step >= usual * usualTimes;
      const from = all[index] ?? 0;
      return isLong ? [{ fromMs: (from + 1) * bucketMs, toMs: (from + step) * bucketMs }] : [];
    });
  }
}
