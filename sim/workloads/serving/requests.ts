/** Requests in flat arrays: on their way to a server, waiting in its queue, handed back by it. */

/** The tag of a request that is counted but was never told one by one: it has no latency. */
export const unmeasuredTag = -1;

/**
 * Requests in the order of arrival, for one server and one window. A tag is 0 for a plain request,
 * whose intended start is its arrival; others stand for what their sender knows of them.
 */
export class RequestBlock {
  timeMs = new Float64Array(256);
  tag = new Int32Array(256);
  count = 0;

  push(timeMs: number, tag: number): void {
    if (this.count === this.timeMs.length) this.reserve(this.count + 1);
    this.timeMs[this.count] = timeMs;
    this.tag[this.count++] = tag;
  }

  /** Becomes a copy of some requests of another, from an index up to another. */
  copy(from: RequestBlock, first: number, end: number): void {
    const count = end - first;
    this.reserve(count);
    for (let index = 0; index < count; index++) {
      this.timeMs[index] = from.timeMs[first + index] as number;
      this.tag[index] = from.tag[first + index] as number;
    }
    this.count = count;
  }

  /** Makes room for so many in all. */
  reserve(size: number): void {
    if (size <= this.timeMs.length) return;
    const length = 2 ** Math.ceil(Math.log2(size));
    this.timeMs = widened(this.timeMs, new Float64Array(length));
    this.tag = widened(this.tag, new Int32Array(length));
  }
}

/** Why a server hands a request back. */
export const handBack = { shed: 0, expired: 1, lost: 2 } as const;

/** Requests that a server handed back: what was told of them, when, and why (`handBack`). */
export class HandedBack {
  timeMs = new Float64Array(64);
  atMs = new Float64Array(64);
  tag = new Int32Array(64);
  why = new Uint8Array(64);
  count = 0;

  push(timeMs: number, atMs: number, tag: number, why: number): void {
    const { count } = this;
    if (count === this.timeMs.length) {
      this.timeMs = widened(this.timeMs, new Float64Array(count * 2));
      this.atMs = widened(this.atMs, new Float64Array(count * 2));
      this.tag = widened(this.tag, new Int32Array(count * 2));
      this.why = widened(this.why, new Uint8Array(count * 2));
    }
    this.timeMs[count] = timeMs;
    this.atMs[count] = atMs;
    this.tag[count] = tag;
    this.why[count] = why;
    this.count++;
  }
}

/** A first-in first-out queue in a ring that grows to what its bound allows. */
export class RequestQueue {
  private times = new Float64Array(256);
  private tags = new Int32Array(256);
  private mask = 255;
  private head = 0;
  size = 0;

  constructor(readonly sizeMax: number) {}

  /** False: the queue is full. */
  push(timeMs: number, tag: number): boolean {
    const { size } = this;
    if (size >= this.sizeMax) return false;
    if (size > this.mask) this.grow();
    const place = (this.head + size) & this.mask;
    this.times[place] = timeMs;
    this.tags[place] = tag;
    this.size = size + 1;
    return true;
  }

  /** Takes one request of the block. False: the queue is full. */
  takeOne(from: RequestBlock, index: number): boolean {
    const { size } = this;
    if (size >= this.sizeMax) return false;
    if (size > this.mask) this.grow();
    const place = (this.head + size) & this.mask;
    this.times[place] = from.timeMs[index] as number;
    this.tags[place] = from.tag[index] as number;
    this.size = size + 1;
    return true;
  }

  /**
   * Takes the requests from an index on that arrive before a time, and gives the next index. Those
   * that find no room are handed back. The time is the first of an array: as an argument it would be
   * boxed at every call.
   */
  take(from: RequestBlock, index: number, until: Float64Array, handedBack: HandedBack): number {
    const untilMs = until[0] as number;
    const { timeMs, tag, count } = from;
    const { sizeMax, head } = this;
    const { times, tags, mask } = this;
    let { size } = this;
    let next = index;
    for (; next < count; next++) {
      const atMs = timeMs[next] as number;
      if (atMs >= untilMs) break;
      if (size >= sizeMax) {
        handedBack.push(atMs, atMs, tag[next] as number, handBack.shed);
        continue;
      }
      if (size > mask) {
        this.size = size;
        this.grow();
        return this.take(from, next, until, handedBack);
      }
      const place = (head + size++) & mask;
      times[place] = atMs;
      tags[place] = tag[next] as number;
    }
    this.size = size;
    return next;
  }

  /** When the oldest arrived; the queue must not be empty. */
  oldestMs(): number {
    return this.times[this.head] as number;
  }

  oldestTag(): number {
    return this.tags[this.head] as number;
  }

  /** Drops the oldest. */
  shift(): void {
    this.head = (this.head + 1) & this.mask;
    this.size--;
  }

  /** Moves the oldest ones to the block, which is emptied first. */
  moveTo(block: RequestBlock, count: number): void {
    block.reserve(count);
    const { timeMs, tag } = block;
    const { times, tags, mask, head } = this;
    for (let index = 0; index < count; index++) {
      const place = (head + index) & mask;
      timeMs[index] = times[place] as number;
      tag[index] = tags[place] as number;
    }
    block.count = count;
    this.head = (head + count) & mask;
    this.size -= count;
  }

  private grow(): void {
    const { size, mask, head } = this;
    const times = new Float64Array(size * 2);
    const tags = new Int32Array(size * 2);
    for (let index = 0; index < size; index++) {
      times[index] = this.times[(head + index) & mask] as number;
      tags[index] = this.tags[(head + index) & mask] as number;
    }
    this.times = times;
    this.tags = tags;
    this.mask = size * 2 - 1;
    this.head = 0;
  }
}

function widened<T extends Float64Array | Int32Array | Uint8Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
