/** Counts and sums of many owners, customers or terminals, over three windows each. */

/** How many windows there are: short, medium and long. */
export const windows = 3;

/** Grows with the largest owner that it has seen. */
export class Tallies {
  private count = new Int32Array(windows * 1024);
  private sum = new Float64Array(windows * 1024);

  /** Adds to all windows of an owner. */
  enter(owner: number, value: number): void {
    const at = owner * windows;
    if (at + windows > this.count.length) this.grow(at + windows);
    for (let cell = at; cell < at + windows; cell++) {
      this.count[cell] = (this.count[cell] as number) + 1;
      this.sum[cell] = (this.sum[cell] as number) + value;
    }
  }

  /** Takes out of one window what had entered it. */
  leave(owner: number, window: number, value: number): void {
    const at = owner * windows + window;
    this.count[at] = (this.count[at] as number) - 1;
    this.sum[at] = (this.sum[at] as number) - value;
  }

  /** How many there are in a window. */
  countOf(owner: number, window: number): number {
    return this.count[owner * windows + window] ?? 0;
  }

  /** The mean of a window; 0 when it is empty. */
  meanOf(owner: number, window: number): number {
    const at = owner * windows + window;
    const count = this.count[at] ?? 0;
    return count === 0 ? 0 : (this.sum[at] as number) / count;
  }

  private grow(least: number): void {
    const size = 2 ** Math.ceil(Math.log2(least + 1));
    const count = new Int32Array(size);
    count.set(this.count);
    this.count = count;
    const sum = new Float64Array(size);
    sum.set(this.sum);
    this.sum = sum;
  }
}
