/** Python's `random.Random`, seeded with an integer: the same draws to the bit. */
import { invariant } from '../../../sim/engine/invariant.js';
import { MersenneTwister } from './mersenne-twister.js';

/** The draws of Python 3's `random` module, for results that were published with it. */
export class PythonRandom {
  private readonly twister = new MersenneTwister();

  /** @param seed - an integer; like Python, its sign is dropped. */
  constructor(seed: number) {
    this.seed(seed);
  }

  /** Starts again, as `random.seed(seed)`. */
  seed(seed: number): void {
    invariant(Number.isSafeInteger(seed), 'a Python seed is an integer');
    const size = Math.abs(seed);
    const high = Math.floor(size / 0x100000000);
    this.twister.seedArray(high === 0 ? [size] : [size >>> 0, high]);
  }

  /** A float in [0, 1). */
  random(): number {
    return this.twister.float();
  }

  /** An integer of so many bits, 0 to 53 of them. */
  getrandbits(bits: number): number {
    invariant(bits >= 0 && bits <= 53, 'a number holds 53 bits');
    if (bits === 0) return 0;
    if (bits <= 32) return this.twister.next() >>> (32 - bits);
    const low = this.twister.next();
    return (this.twister.next() >>> (64 - bits)) * 0x100000000 + low;
  }

  /** An integer in [0, bound), as `randrange(bound)`; the bound is at least 1. */
  below(bound: number): number {
    const bits = bound > 0xffffffff ? bitLength(bound) : 32 - Math.clz32(bound);
    for (;;) {
      const drawn = this.getrandbits(bits);
      if (drawn < bound) return drawn;
    }
  }

  /** One of the items, which must not be empty. */
  choice<T>(items: ArrayLike<T>): T {
    invariant(items.length > 0, 'there is something to choose from');
    return items[this.below(items.length)] as T;
  }

  /**
   * So many different numbers of `range(n)`, in the order in which they were drawn: `sample(range(n), k)`.
   * Few of many are remembered, many of few are taken out of a pool, where Python too draws the line.
   */
  sample(n: number, k: number): number[] {
    invariant(k >= 0 && k <= n, 'a sample is no larger than what it is taken from');
    return n <= poolMax(k) ? this.sampleOfPool(n, k) : this.sampleOfMany(n, k);
  }

  /** The items in a new order: a copy, where Python's `shuffle` works in place. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let index = shuffled.length - 1; index > 0; index--) {
      const other = this.below(index + 1);
      [shuffled[index], shuffled[other]] = [shuffled[other] as T, shuffled[index] as T];
    }
    return shuffled;
  }

  private sampleOfPool(n: number, k: number): number[] {
    // Plain loops: a detector draws so at every value.
    const pool: number[] = [];
    for (let index = 0; index < n; index++) pool.push(index);
    const sample: number[] = [];
    for (let left = n; left > n - k; left--) {
      const at = this.below(left);
      sample.push(pool[at] as number);
      pool[at] = pool[left - 1] as number;
    }
    return sample;
  }

  private sampleOfMany(n: number, k: number): number[] {
    const drawn = new Set<number>();
    while (drawn.size < k) drawn.add(this.below(n));
    return [...drawn];
  }
}

/** Up to which size Python's `sample` takes from a pool: a set costs more than so small a list. */
function poolMax(k: number): number {
  return k <= 5 ? 21 : 21 + 4 ** Math.ceil(Math.log(k * 3) / Math.log(4));
}

const bitLength = (value: number): number => value.toString(2).length;
