import { describe, expect, it } from 'vitest';
import { Random } from '../../engine/random.js';
import { FastRandom } from './fast-random.js';

const stream = (name: string) => new FastRandom(new Random(5).fork(name));

/** The largest distance between the draws' distribution and the one that they should have. */
function distance(draws: number[], cumulative: (value: number) => number): number {
  const sorted = Float64Array.from(draws).sort();
  let most = 0;
  sorted.forEach((value, index) => {
    const share = cumulative(value);
    most = Math.max(most, share - index / sorted.length, (index + 1) / sorted.length - share);
  });
  return most * Math.sqrt(sorted.length);
}

/** Kolmogorov's distribution is above this once in a thousand. */
const critical = 1.95;

const many = (draw: () => number) => Array.from({ length: 200_000 }, draw);

describe('FastRandom', () => {
  it('gives one stream for a seed and a name, and another for another', () => {
    const bits = (name: string) => {
      const random = stream(name);
      return Array.from({ length: 5 }, () => random.bits());
    };
    expect(bits('a')).toEqual(bits('a'));
    expect(bits('a')).not.toEqual(bits('b'));
  });

  it('is xoshiro128++', () => {
    // The reference code of Blackman and Vigna, in big integers.
    const random = stream('a');
    const mask = 0xffff_ffffn;
    const rotl = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & mask;
    const source = new Random(5).fork('a');
    const word = () => BigInt(Math.floor(source.float() * 2 ** 32));
    const s: [bigint, bigint, bigint, bigint] = [word(), word(), word(), word() | 1n];
    for (let draw = 0; draw < 1000; draw++) {
      const result = (rotl((s[0] + s[3]) & mask, 7n) + s[0]) & mask;
      const t = (s[1] << 9n) & mask;
      s[2] ^= s[0];
      s[3] ^= s[1];
      s[1] ^= s[2];
      s[0] ^= s[3];
      s[2] ^= t;
      s[3] = rotl(s[3], 11n);
      expect(random.bits() >>> 0).toBe(Number(result));
    }
  });

  it('fills an array as single draws would', () => {
    const one = stream('a');
    const other = stream('a');
    const filled = new Int32Array(100);
    other.fillBits(filled, 60);
    for (let index = 0; index < 60; index++) expect(filled[index]).toBe(one.bits());
    expect(other.bits()).toBe(one.bits());
    expect(filled[60]).toBe(0);
  });

  it('fills an array with exponentials', () => {
    const filled = new Float64Array(200_000);
    stream('exponentials').fillExponentials(filled);
    expect(distance([...filled], x => 1 - Math.exp(-x))).toBeLessThan(critical);
  });

  it('draws floats, exponentials and normals as they should be distributed', () => {
    const random = stream('distributions');
    expect(
      distance(
        many(() => random.float()),
        x => x,
      ),
    ).toBeLessThan(critical);
    expect(
      distance(
        many(() => random.exponential()),
        x => 1 - Math.exp(-x),
      ),
    ).toBeLessThan(critical);
    expect(
      distance(
        many(() => random.normal()),
        normalShare,
      ),
    ).toBeLessThan(critical);
  });

  it('reaches the tail of the exponential', () => {
    const random = stream('tail');
    let beyond = 0;
    const count = 5_000_000;
    for (let draw = 0; draw < count; draw++) if (random.exponential() > 7.7) beyond++;
    const expected = count * Math.exp(-7.7);
    expect(Math.abs(beyond - expected)).toBeLessThan(4 * Math.sqrt(expected));
  });

  it.each([0.3, 7, 60, 65, 300, 5000])('draws Poisson counts with mean %d', mean => {
    const random = stream(`poisson ${mean}`);
    const count = 40_000;
    let sum = 0;
    let squares = 0;
    for (let draw = 0; draw < count; draw++) {
      const value = random.poisson(mean);
      sum += value;
      squares += (value - mean) ** 2;
    }
    expect(Math.abs(sum / count - mean)).toBeLessThan(4 * Math.sqrt(mean / count));
    // The variance of the squares is mean + 2 mean^2.
    const spread = Math.sqrt((mean + 2 * mean * mean) / count);
    expect(Math.abs(squares / count - mean)).toBeLessThan(4 * spread);
  });

  it.each([
    [10, 0.3],
    [33, 0.9],
    [1000, 0.01],
    [5000, 0.5],
  ])('draws binomial counts of %d with %d', (trials, chance) => {
    const random = stream(`binomial ${trials}`);
    const count = 20_000;
    const mean = trials * chance;
    const variance = mean * (1 - chance);
    let sum = 0;
    let squares = 0;
    for (let draw = 0; draw < count; draw++) {
      const value = random.binomial(trials, chance);
      sum += value;
      squares += (value - mean) ** 2;
    }
    expect(Math.abs(sum / count - mean)).toBeLessThan(4 * Math.sqrt(variance / count));
    expect(squares / count / variance).toBeCloseTo(1, 1);
  });
});

/** Abramowitz and Stegun 26.2.17, to 1e-7. */
function normalShare(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const poly =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return x > 0 ? 1 - upper : upper;
}
