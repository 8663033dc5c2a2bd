/** ADWIN: a window that grows while the mean stands still, and drops its oldest part when it moves. */
import { invariant } from '../../../sim/engine/invariant.js';
import { numberField, readSettings, wholeField, type SettingsOf } from '../../input/settings.js';
import type { DriftLevel, StreamDetector, StreamDetectorKind } from '../detector.js';

const fields = {
  /** The chance of a false alarm that each test is allowed, in (0, 1). */
  delta: numberField(0.002, { above: 0, below: 1 }),
  /** The test is made at every so many values. */
  clock: wholeField(32, { min: 1 }),
  /** A row of the histogram holds at most so many buckets, and one more for a moment. */
  maxBuckets: wholeField(5, { min: 1, max: 1000 }),
  /** Neither part of a cut may be shorter. */
  minWindowLength: wholeField(5, { min: 1 }),
  /** No test while the window is not longer than this. */
  gracePeriod: wholeField(10, { min: 0 }),
};

/** More rows than a window of 2^53 values can need. */
const rowsMax = 54;

/**
 * Adaptive windowing (Bifet and Gavaldà 2007), as river has it since it visits every bucket of a row.
 * Takes O(log window) memory and, every `clock` values, as much time.
 *
 * @upstream online-ml/river river/drift/adwin.py
 */
export const adwin: StreamDetectorKind = {
  name: 'ADWIN',
  input: 'numbers',
  create: (settings = {}) => new Adwin(readSettings('detector ADWIN', settings, fields)),
};

class Adwin implements StreamDetector {
  readonly isWarning = false;
  private readonly rowSize: number;
  /** Of each bucket, row after row, the oldest of a row first; a bucket of row r holds 2^r values. */
  private readonly totals: Float64Array;
  private readonly variances: Float64Array;
  private readonly counts = new Int32Array(rowsMax);
  private rows = 1;
  private ticks = 0;
  private width = 0;
  private total = 0;
  /** The sum of squared deviations from the window's mean. */
  private variance = 0;
  private hasDrifted = false;

  constructor(private readonly settings: SettingsOf<typeof fields>) {
    this.rowSize = settings.maxBuckets + 1;
    this.totals = new Float64Array(rowsMax * this.rowSize);
    this.variances = new Float64Array(rowsMax * this.rowSize);
  }

  update(value: number): DriftLevel {
    invariant(Number.isFinite(value), 'a streamed value is finite');
    if (this.hasDrifted) this.reset();
    this.insert(value);
    const { clock, gracePeriod } = this.settings;
    const isDue = ++this.ticks % clock === 0 && this.width > gracePeriod;
    if (isDue) while (this.hasCut()) this.hasDrifted = true;
    return this.hasDrifted ? 'drift' : 'none';
  }

  state(): Readonly<Record<string, number>> {
    const { width, total, variance } = this;
    return { width, total, variance };
  }

  private reset(): void {
    this.counts.fill(0);
    this.rows = 1;
    this.ticks = this.width = this.total = this.variance = 0;
    this.hasDrifted = false;
  }

  private insert(value: number): void {
    if (this.width > 0) {
      const deviation = value - this.total / this.width;
      this.variance += (this.width * deviation * deviation) / (this.width + 1);
    }
    this.width++;
    this.total += value;
    this.append(0, value, 0);
    for (let row = 0; this.counts[row] === this.rowSize; row++) this.mergeOldest(row);
  }

  private append(row: number, total: number, variance: number): void {
    const at = row * this.rowSize + (this.counts[row] as number);
    this.totals[at] = total;
    this.variances[at] = variance;
    this.counts[row] = (this.counts[row] as number) + 1;
    this.rows = Math.max(this.rows, row + 1);
  }

  /** The two oldest buckets of a row become one of the next. */
  private mergeOldest(row: number): void {
    const at = row * this.rowSize;
    const size = 2 ** row;
    const first = this.totals[at] as number;
    const second = this.totals[at + 1] as number;
    const apart = first / size - second / size;
    const within = (this.variances[at] as number) + (this.variances[at + 1] as number);
    this.append(row + 1, first + second, within + (size * apart * apart) / 2);
    this.removeOldest(row, 2);
  }

  private removeOldest(row: number, count: number): void {
    const from = row * this.rowSize;
    this.totals.copyWithin(from, from + count, from + this.rowSize);
    this.variances.copyWithin(from, from + count, from + this.rowSize);
    this.counts[row] = (this.counts[row] as number) - count;
  }

  /** Looks for a cut from the oldest bucket on. At the first one the oldest bucket is dropped. */
  private hasCut(): boolean {
    const { minWindowLength: least, delta } = this.settings;
    const confidence = Math.log((2 * Math.log(this.width)) / delta);
    const spread = 2 * (this.variance / this.width) * confidence;
    let older = 0;
    let olderTotal = 0;
    for (let row = this.rows - 1; row >= 0; row--) {
      const size = 2 ** row;
      for (let bucket = 0; bucket < (this.counts[row] as number); bucket++) {
        older += size;
        olderTotal += this.totals[row * this.rowSize + bucket] as number;
        const newer = this.width - older;
        if (newer < least || newer === 0) return false;
        if (older < least) continue;
        const apart = Math.abs(olderTotal / older - (this.total - olderTotal) / newer);
        const reciprocal = 1 / (older - least + 1) + 1 / (newer - least + 1);
        const bound = Math.sqrt(spread * reciprocal) + (2 / 3) * confidence * reciprocal;
        if (apart > bound) return this.dropOldest();
      }
    }
    return false;
  }

  private dropOldest(): true {
    const row = this.rows - 1;
    const at = row * this.rowSize;
    const size = 2 ** row;
    const total = this.totals[at] as number;
    this.width -= size;
    this.total -= total;
    const apart = total / size - this.total / this.width;
    const between = (size * this.width * apart * apart) / (size + this.width);
    this.variance -= (this.variances[at] as number) + between;
    this.removeOldest(row, 1);
    while (this.rows > 1 && this.counts[this.rows - 1] === 0) this.rows--;
    return true;
  }
}
