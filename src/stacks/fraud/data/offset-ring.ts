/** Windows of arrivals that wait to be asked for, one after another in one stretch of memory. */
import { invariant } from '../../../../sim/engine/invariant.js';
import { gridPerMs } from '../../../traffic/flow/arrivals.js';
import type { ArrivalBlock } from '../../../traffic/flow/contract.js';

/** How much waits at most. */
export interface RingBounds {
  readonly windows: number;
  readonly arrivals: number;
}

/** First in, first out. Windows are no longer than a second, and their arrivals lie on the grid. */
export class OffsetRing {
  /** Offsets in steps of the grid: half of what they take in milliseconds. */
  private readonly steps: Uint32Array;
  private readonly starts: Int32Array;
  private readonly counts: Int32Array;
  /** The window that was taken last. */
  private offsetsMs = new Float64Array(1024);
  private put = 0;
  private taken = 0;
  /** Where the last window ends. */
  private end = 0;

  constructor({ windows, arrivals }: RingBounds) {
    this.steps = new Uint32Array(arrivals);
    this.starts = new Int32Array(windows);
    this.counts = new Int32Array(windows);
  }

  /** So many windows wait. */
  get waiting(): number {
    return this.put - this.taken;
  }

  /** Takes a window in; false: there is no room for it now. */
  add({ count, offsetsMs }: ArrivalBlock): boolean {
    const { steps, starts } = this;
    const start = this.placeFor(count);
    if (start === undefined || this.waiting === starts.length) return false;
    let isOnGrid = true;
    for (let index = 0; index < count; index++) {
      const step = (offsetsMs[index] as number) * gridPerMs;
      steps[start + index] = step;
      isOnGrid &&= steps[start + index] === step;
    }
    invariant(isOnGrid, 'arrivals of a second lie on the grid');
    const slot = this.put++ % starts.length;
    starts[slot] = start;
    this.counts[slot] = count;
    this.end = start + count;
    return true;
  }

  /** Gives the next window; its array is used again for the one after it. */
  take(): ArrivalBlock {
    invariant(this.waiting > 0, 'a window is put before it is taken');
    const { steps } = this;
    const slot = this.taken++ % this.starts.length;
    const start = this.starts[slot] as number;
    const count = this.counts[slot] as number;
    if (this.offsetsMs.length < count) {
      this.offsetsMs = new Float64Array(2 ** Math.ceil(Math.log2(count)));
    }
    const { offsetsMs } = this;
    for (let index = 0; index < count; index++) {
      offsetsMs[index] = (steps[start + index] as number) / gridPerMs;
    }
    return { count, offsetsMs };
  }

  /** Where so many lie in one piece, and touch none that waits. */
  private placeFor(count: number): number | undefined {
    const { end, steps } = this;
    if (this.waiting === 0) return count <= steps.length ? 0 : undefined;
    const begin = this.starts[this.taken % this.starts.length] as number;
    // One place stays free: an end that meets the beginning would be that of an empty ring.
    if (end < begin) return end + count < begin ? end : undefined;
    if (end + count <= steps.length) return end;
    return count < begin ? 0 : undefined;
  }
}
