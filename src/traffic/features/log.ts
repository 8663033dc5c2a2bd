/** What a feature store remembers: the transactions of its longest window, in columns, in a ring. */

/**
 * A queue of transactions whose places count up for ever: `first` is the oldest that is kept, `end` the
 * next to be added. It holds 32 bytes a transaction. A place's row is at `place & mask`.
 */
export class TransactionLog {
  first = 0;
  end = 0;
  mask = 1023;
  timeMs = new Float64Array(1024);
  cents = new Float64Array(1024);
  customer = new Int32Array(1024);
  terminal = new Int32Array(1024);
  isFraud = new Uint8Array(1024);

  /** Makes room for one more, and gives its row. */
  push(): number {
    if (this.end - this.first > this.mask) this.grow();
    return this.end++ & this.mask;
  }

  private grow(): void {
    const { first, end, mask } = this;
    const size = (mask + 1) * 2;
    const larger = <T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T => {
      for (let place = first; place < end; place++) {
        to[place & (size - 1)] = from[place & mask] as number;
      }
      return to;
    };
    this.timeMs = larger(this.timeMs, new Float64Array(size));
    this.cents = larger(this.cents, new Float64Array(size));
    this.customer = larger(this.customer, new Int32Array(size));
    this.terminal = larger(this.terminal, new Int32Array(size));
    this.isFraud = larger(this.isFraud, new Uint8Array(size));
    this.mask = size - 1;
  }
}
