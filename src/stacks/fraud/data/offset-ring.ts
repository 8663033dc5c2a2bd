/** Windows of arrivals that wait to be asked for, one after another in one stretch of memory. */
import { invariant } from '../../../../sim/engine/invariant.js';
import type { ArrivalBlock } from '../../../traffic/flow/contract.js';

/** How much waits at most. */
export interface RingBounds {
  readonly windows: number;
  readonly arrivals: number;
}

/** First in, first out; the window that was taken last keeps its place until the next one is taken. */
export class OffsetRing {
  private readonly offsetsMs: Float64Array;
  private readonly starts: Int32Array;
  private readonly counts: Int32Array;
  private put = 0;
  private taken = 0;
  /** The first window whose place is kept. */
  private kept = 0;
  /** Where the last window ends. */
  private end = 0;

  constructor({ windows, arrivals }: RingBounds) {
    this.offsetsMs = new Float64Array(arrivals);
    this.starts = new Int32Array(windows + 1);
    this.counts = new Int32Array(windows + 1);
  }

  /** So many windows wait. */
  get waiting(): number {
    return this.put - this.taken;
  }

  /** Takes a window in; false: there is no room for it now. */
  add({ count, offsetsMs }: ArrivalBlock): boolean {
    const slot = this.put % this.starts.length;
    const start = this.placeFor(count);
    if (start === undefined || this.put - this.kept === this.starts.length) return false;
    this.offsetsMs.set(offsetsMs.subarray(0, count), start);
    this.starts[slot] = start;
    this.counts[slot] = count;
    this.end = start + count;
    this.put++;
    return true;
  }

  /** Gives the next window. */
  take(): ArrivalBlock {
    invariant(this.waiting > 0, 'a window is put before it is taken');
    this.kept = this.taken;
    const slot = this.taken++ % this.starts.length;
    const start = this.starts[slot] as number;
    const count = this.counts[slot] as number;
    return { count, offsetsMs: this.offsetsMs.subarray(start, start + count) };
  }

  /** The window that was taken last is not needed any more. */
  release(): void {
    this.kept = this.taken;
  }

  /** Where so many lie in one piece, and touch none that is kept. */
  private placeFor(count: number): number | undefined {
    const { end, offsetsMs } = this;
    if (this.put === this.kept) return count <= offsetsMs.length ? 0 : undefined;
    const begin = this.starts[this.kept % this.starts.length] as number;
    // One place stays free: an end that meets the beginning would be that of an empty ring.
    if (end < begin) return end + count < begin ? end : undefined;
    if (end + count <= offsetsMs.length) return end;
    return count < begin ? 0 : undefined;
  }
}
