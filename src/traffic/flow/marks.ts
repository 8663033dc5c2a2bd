/** What is known of single requests: of samples, and of those that were tried before. */

/** A table of marked requests. A mark's tag is 1 or more; tags of forgotten ones are used again. */
export class Marks {
  /** When the request was meant to start. */
  intendedMs = new Float64Array(256);
  /** How often it was tried again. */
  attempts = new Uint8Array(256);
  /** The sample's number; -1: it is none. */
  ordinal = new Float64Array(256);
  /** The number of the arrival, for samples. */
  arrival = new Float64Array(256);
  private readonly free: number[] = [];
  private next = 1;

  /** Marks a request, and gives its tag. */
  add(intendedMs: number, ordinal = -1, arrival = -1): number {
    const tag = this.free.pop() ?? this.next++;
    if (tag >= this.intendedMs.length) this.grow();
    this.intendedMs[tag] = intendedMs;
    this.attempts[tag] = 0;
    this.ordinal[tag] = ordinal;
    this.arrival[tag] = arrival;
    return tag;
  }

  /** The request is answered or has failed for good. */
  forget(tag: number): void {
    this.free.push(tag);
  }

  private grow(): void {
    const length = this.intendedMs.length * 2;
    this.intendedMs = into(this.intendedMs, new Float64Array(length));
    this.attempts = into(this.attempts, new Uint8Array(length));
    this.ordinal = into(this.ordinal, new Float64Array(length));
    this.arrival = into(this.arrival, new Float64Array(length));
  }
}

function into<T extends Float64Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
