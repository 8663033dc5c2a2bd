/**
 * numpy's legacy `RandomState`, seeded with an integer: the same bits, and so the same draws. V8's
 * logarithms and powers may differ from the C library's in the last bits of a normal or a gamma.
 */
import { invariant } from '../../../sim/engine/invariant.js';
import { MersenneTwister } from './mersenne-twister.js';

/** The draws of numpy's frozen `RandomState` (NEP 19), for results that were published with it. */
export class NumpyRandom {
  private readonly twister = new MersenneTwister();
  /** The second of a pair of normal draws, which is given out later. */
  private kept: number | undefined;

  /** @param seed - an integer of 32 bits. */
  constructor(seed: number) {
    this.seed(seed);
  }

  /** Starts again, as `RandomState.seed(seed)`. */
  seed(seed: number): void {
    invariant(seed >>> 0 === seed, 'a numpy seed is an integer of 32 bits');
    this.twister.seedNumber(seed);
    this.kept = undefined;
  }

  /** A float in [0, 1): `random_sample`. */
  random(): number {
    return this.twister.float();
  }

  /** A float in [from, to). */
  uniform(from = 0, to = 1): number {
    return from + (to - from) * this.twister.float();
  }

  /** A draw from the normal distribution, by Marsaglia's polar method. */
  normal(mean = 0, standardDeviation = 1): number {
    return mean + standardDeviation * this.gauss();
  }

  /** A draw from the exponential distribution. */
  exponential(scale = 1): number {
    return -Math.log(1 - this.twister.float()) * scale;
  }

  /** A draw from the gamma distribution (Marsaglia and Tsang 2000; Ahrens and Dieter below 1). */
  gamma(shape: number, scale = 1): number {
    return scale * this.standardGamma(shape);
  }

  /** A draw from the Poisson distribution with this mean, which is below 10. */
  poisson(mean: number): number {
    invariant(mean >= 0 && mean < 10, 'means of 10 and more are drawn by another method');
    if (mean === 0) return 0;
    const least = Math.exp(-mean);
    let product = this.twister.float();
    let count = 0;
    for (; product > least; count++) product *= this.twister.float();
    return count;
  }

  /** An integer in [0, max]: the highest bits are masked, and what is too large is drawn again. */
  interval(max: number): number {
    if (max === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(max);
    for (;;) {
      const drawn = (this.twister.next() & mask) >>> 0;
      if (drawn <= max) return drawn;
    }
  }

  /** An integer in [from, to): `randint` of the default type. */
  randint(from: number, to: number): number {
    return from + this.interval(to - from - 1);
  }

  /** The numbers of `arange(n)` in a random order. */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, index) => index);
    for (let index = n - 1; index > 0; index--) {
      const other = this.interval(index);
      const kept = order[index] as number;
      order[index] = order[other] as number;
      order[other] = kept;
    }
    return order;
  }

  /** So many different numbers below n: `choice(n, count, replace=False)`. */
  choice(n: number, count: number): Int32Array {
    invariant(count <= n, 'a choice without repetition is no larger than what it is taken from');
    return this.permutation(n).subarray(0, count);
  }

  private gauss(): number {
    const { kept } = this;
    if (kept !== undefined) {
      this.kept = undefined;
      return kept;
    }
    for (;;) {
      const first = 2 * this.twister.float() - 1;
      const second = 2 * this.twister.float() - 1;
      const square = first * first + second * second;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.kept = factor * first;
      return factor * second;
    }
  }

  private standardGamma(shape: number): number {
    if (shape === 1) return this.exponential();
    if (shape === 0) return 0;
    return shape < 1 ? this.gammaBelowOne(shape) : this.gammaAboveOne(shape);
  }

  private gammaBelowOne(shape: number): number {
    for (;;) {
      const uniform = this.twister.float();
      const exponential = this.exponential();
      if (uniform <= 1 - shape) {
        const drawn = uniform ** (1 / shape);
        if (drawn <= exponential) return drawn;
      } else {
        const rest = -Math.log((1 - uniform) / shape);
        const drawn = (1 - shape + shape * rest) ** (1 / shape);
        if (drawn <= exponential + rest) return drawn;
      }
    }
  }

  private gammaAboveOne(shape: number): number {
    const b = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * b);
    for (;;) {
      const normal = this.gauss();
      if (1 + c * normal <= 0) continue;
      // Products, not powers: numpy multiplies, and a power may round otherwise.
      const root = 1 + c * normal;
      const cube = root * root * root;
      const square = normal * normal;
      const uniform = this.twister.float();
      if (uniform < 1 - 0.0331 * square * square) return b * cube;
      if (Math.log(uniform) < 0.5 * square + b * (1 - cube + Math.log(cube))) return b * cube;
    }
  }
}
