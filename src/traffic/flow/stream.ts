/** The stream of arrivals: asked for by whole windows, so that it is the same however it is read. */
import type { ArrivalBlock, Arrivals } from './contract.js';

const nothing: ArrivalBlock = { count: 0, offsetsMs: new Float64Array(0) };

/** Reads arrivals window by window, and parts of a window where something happens within it. */
export class ArrivalStream {
  private block = nothing;
  private fromMs = 0;
  private untilMs = 0;
  private next = 0;
  /** All arrivals that were read so far. */
  count = 0;

  constructor(
    private readonly arrivals: Arrivals,
    private readonly originMs: number,
    private readonly windowMs: number,
  ) {}

  /**
   * The next arrivals before a time, which lies in the window under way: those of `offsetsMs` from
   * `first` up to `end`, after `baseMs`.
   */
  read(untilMs: number): {
    readonly offsetsMs: Float64Array;
    readonly first: number;
    readonly end: number;
    readonly baseMs: number;
  } {
    if (this.untilMs < untilMs) {
      this.fromMs = this.untilMs;
      this.untilMs = this.fromMs + this.windowMs;
      const { originMs } = this;
      this.block = this.arrivals.between(originMs + this.fromMs, originMs + this.untilMs);
      this.next = 0;
    }
    const { count, offsetsMs } = this.block;
    const first = this.next;
    const isWhole = untilMs >= this.untilMs;
    const end = isWhole ? count : lowerBound(offsetsMs, untilMs - this.fromMs, first, count);
    this.next = end;
    this.count += end - first;
    return { offsetsMs, first, end, baseMs: this.fromMs };
  }

  /** Passes over a span that is reckoned by counts. */
  skip(untilMs: number, count: number): void {
    this.count += count;
    this.fromMs = untilMs;
    this.untilMs = untilMs;
    this.block = nothing;
    this.next = 0;
  }
}

/** The first of the ascending values from `first` to `end` that is not less. */
export function lowerBound(
  values: Float64Array,
  value: number,
  first: number,
  end: number,
): number {
  let low = first;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
