/**
 * A random stream for tens of millions of draws: xoshiro128++ on 32-bit words (Blackman and Vigna,
 * "Scrambled linear pseudorandom number generators", 2021), seeded from a named stream of `Random`,
 * so that a seed still gives one history. Exponentials come from a ziggurat of 256 layers (Marsaglia
 * and Tsang, "The ziggurat method for generating random variables", 2000).
 */
import type { Random } from '../../engine/random.js';

const two32 = 0x1_0000_0000;

/** Where the tail of the exponential's ziggurat begins, and the area of each layer. */
const tailStart = 7.697117470131487;
const layerArea = 0.003949659822581572;

/** Ends of the layers, x[0] the widest, and the density there. */
const layerEnd = new Float64Array(257);
const layerDensity = new Float64Array(257);
/** Below this share of a layer the draw is under the density for certain. */
const innerShare = new Float64Array(256);
/** A layer's width for each of the 2^24 steps of a draw. */
const layerStep = new Float64Array(256);

for (let layer = 0, end = tailStart; layer < 256; layer++) {
  // The base layer holds the tail: it is as wide as its area over its height.
  layerEnd[layer] = layer === 0 ? layerArea * Math.exp(tailStart) : end;
  layerDensity[layer] = Math.exp(-(layerEnd[layer] ?? 0));
  if (layer > 0) end = -Math.log(layerArea / end + Math.exp(-end));
}
layerDensity[256] = 1;
for (let layer = 0; layer < 256; layer++) {
  const width = layerEnd[layer] ?? 0;
  const next = layer === 0 ? tailStart : (layerEnd[layer + 1] ?? 0);
  innerShare[layer] = (next / width) * 0x1_000000;
  layerStep[layer] = width / 0x1_000000;
}

/** The stream. Its state is four words. */
export class FastRandom {
  private readonly state: Int32Array;
  private scratch = new Int32Array(0);

  /** Takes its seed from the stream, which must be its own: `random.fork('arrivals')`. */
  constructor(random: Random) {
    this.state = Int32Array.from({ length: 4 }, () => Math.floor(random.float() * two32) | 0);
    // All four may not be 0.
    this.state[3] = (this.state[3] ?? 0) | 1;
  }

  /** 32 random bits as a signed integer. */
  bits(): number {
    const { state } = this;
    const a = state[0] as number;
    const b = state[1] as number;
    const c = (state[2] as number) ^ a;
    const d = state[3] as number;
    const sum = (a + d) | 0;
    const e = d ^ b;
    state[0] = a ^ e;
    state[1] = b ^ c;
    state[2] = c ^ (b << 9);
    state[3] = (e << 11) | (e >>> 21);
    return (((sum << 7) | (sum >>> 25)) + a) | 0;
  }

  /**
   * Fills the array's beginning with as many draws of `bits` as are asked for: the same that calls
   * of it would give, at half the cost.
   */
  fillBits(into: Int32Array, count: number): void {
    const { state } = this;
    let a = state[0] as number;
    let b = state[1] as number;
    let c = state[2] as number;
    let d = state[3] as number;
    for (let index = 0; index < count; index++) {
      const sum = (a + d) | 0;
      into[index] = (((sum << 7) | (sum >>> 25)) + a) | 0;
      const shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = (d << 11) | (d >>> 21);
    }
    state[0] = a;
    state[1] = b;
    state[2] = c;
    state[3] = d;
  }

  /** A float in [0, 1) with 32 random bits. */
  float(): number {
    return (this.bits() >>> 0) / two32;
  }

  /** Fills the array with draws from the exponential distribution with mean 1. */
  fillExponentials(into: Float64Array): void {
    const { length } = into;
    if (this.scratch.length < length) this.scratch = new Int32Array(length);
    const { scratch } = this;
    this.fillBits(scratch, length);
    for (let index = 0; index < length; index++) {
      const bits = scratch[index] as number;
      const layer = bits & 255;
      const step = bits >>> 8;
      into[index] = (step + 0.5) * (layerStep[layer] as number);
      if (step >= (innerShare[layer] as number) - 1) this.redraw(layer, into, index);
    }
  }

  /** One of the few that are not surely under the density. */
  private redraw(layer: number, into: Float64Array, index: number): void {
    into[index] = this.outside(layer, into[index] as number);
  }

  /** A draw from the exponential distribution with mean 1. */
  exponential(): number {
    const bits = this.bits();
    const layer = bits & 255;
    const step = bits >>> 8;
    const value = (step + 0.5) * (layerStep[layer] as number);
    return step < (innerShare[layer] as number) - 1 ? value : this.outside(layer, value);
  }

  /** A draw from the standard normal distribution, by Marsaglia's polar method. */
  normal(): number {
    for (;;) {
      const x = 2 * this.float() - 1;
      const y = 2 * this.float() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
    }
  }

  /** A count from the Poisson distribution: of exponentials for a small mean, halved for a large one. */
  poisson(mean: number): number {
    let count = 0;
    let left = mean;
    // Ahrens and Dieter: the k-th of Poisson arrivals comes after a Gamma(k); here k is about 7/8 of the mean.
    while (left > 64) {
      const step = Math.floor((left * 7) / 8);
      const gamma = this.gamma(step);
      if (gamma > left) return count + this.binomial(step - 1, left / gamma);
      count += step;
      left -= gamma;
    }
    for (let sum = this.exponential(); sum < left; sum += this.exponential()) count++;
    return count;
  }

  /** How many of n successes of this chance; exact, by waiting times for small means, else by halves. */
  binomial(n: number, chance: number): number {
    let trials = n;
    let share = chance;
    let successes = 0;
    // Devroye: the median of n uniforms is a beta draw, and splits the trials in two.
    while (trials > 32) {
      const middle = (trials >> 1) + 1;
      const left = this.gamma(middle);
      const median = left / (left + this.gamma(trials - middle + 1));
      if (median <= share) {
        successes += middle;
        trials -= middle;
        share = (share - median) / (1 - median);
      } else {
        trials = middle - 1;
        share /= median;
      }
    }
    for (let trial = 0; trial < trials; trial++) if (this.float() < share) successes++;
    return successes;
  }

  /** A draw from Gamma(shape, 1) for shape >= 1. Marsaglia and Tsang (2000). */
  private gamma(shape: number): number {
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const root = 1 + c * x;
      if (root <= 0) continue;
      const v = root * root * root;
      const u = this.float() + 0.5 / two32;
      if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** Not surely under the density: in the tail, or in the wedge at a layer's end. */
  private outside(layer: number, value: number): number {
    if (layer === 0) {
      return value < tailStart ? value : tailStart - Math.log(this.float() + 0.5 / two32);
    }
    const low = layerDensity[layer] as number;
    const high = layerDensity[layer + 1] as number;
    const isUnder = low + this.float() * (high - low) < Math.exp(-value);
    return isUnder ? value : this.exponential();
  }
}
