/** Draws that CPython 3 and numpy 2.4 made from the same seeds. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { NumpyRandom } from './numpy-random.js';
import { PythonRandom } from './python-random.js';

const times = <T>(count: number, draw: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => draw(index));
const sha256 = (values: ArrayBufferView): string =>
  createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');

describe('PythonRandom', () => {
  it('draws bits and floats as Python does', () => {
    const random = new PythonRandom(42);
    expect(times(3, () => random.getrandbits(32))).toEqual([2746317213, 478163327, 107420369]);
    expect([random.random(), random.random()]).toEqual([0.7415504997598329, 0.24489185380347622]);
    expect(new PythonRandom(7).getrandbits(53)).toBe(8537610396283960);
    expect(new PythonRandom(7).getrandbits(40)).toBe(1040772936760);
    expect(new PythonRandom(4).below(2 ** 33 + 1)).toBe(5308786135);
  });

  it('takes seeds beyond 32 bits, and drops their sign', () => {
    expect(new PythonRandom(2 ** 40 + 5).random()).toBe(0.5043802970418443);
    expect(new PythonRandom(-7).random()).toBe(0.32383276483316237);
  });

  it.each([
    [70, 30, 42, '14 3 35 31 28 17 13 43 47 57 34 5 37 27 2 1 58 63 69 32 38 54 67 12 45 41 59'],
    [100, 30, 1, '17 72 97 8 32 15 63 57 60 83 48 26 12 62 3 49 55 77 0 92 34 29 75 13 40 85'],
    [10, 10, 7, '5 2 6 9 0 7 4 1 3 8'],
    [1000, 5, 3, '243 606 557 133 378'],
    [21, 5, 0, '12 13 1 8 16'],
    [86, 6, 0, '49 53 5 33 65 62'],
  ])('samples from range(%i) %i numbers with seed %i', (n, k, seed, begin) => {
    const sample = new PythonRandom(seed).sample(n, k);
    expect(sample).toHaveLength(k);
    expect(sample.join(' ').startsWith(begin)).toBe(true);
  });

  it('chooses and shuffles as Python does', () => {
    const random = new PythonRandom(9);
    expect(times(8, () => random.choice('abcdefg')).join('')).toBe('deccbbgf');
    expect(new PythonRandom(5).shuffle(times(10, index => index))).toEqual([
      2, 3, 1, 0, 8, 7, 6, 5, 4, 9,
    ]);
  });

  it('samples alike at every size about the line between pool and set', () => {
    const random = new PythonRandom(99);
    const drawn = times(200, index => random.sample(index + 30, 30)).flat();
    expect(sha256(Int32Array.from(drawn))).toBe(
      '64e8ae4aa7116c71e332f0c151e710ee586abdeaa58b6ffe525d150471f29be8',
    );
  });
});

describe('NumpyRandom', () => {
  it('draws normals, uniforms, counts and exponentials as RandomState does', () => {
    const random = new NumpyRandom(0);
    expect(times(3, () => random.normal())).toEqual([
      1.764052345967664, 0.4001572083672233, 0.9787379841057392,
    ]);
    expect(random.uniform(5, 100)).toBe(45.24720593719595);
    expect(times(6, () => random.poisson(3.5))).toEqual([7, 2, 0, 7, 4, 4]);
    expect(random.exponential(2)).toBe(1.9227618583897188);
  });

  it('draws gammas on both sides of 1', () => {
    const random = new NumpyRandom(11);
    expect([0.5, 1, 2.5, 0.2, 7].map(shape => random.gamma(shape, 2))).toEqual([
      0.4291428065825952, 1.0901565589282196, 3.460685764270365, 2.5152155528548135,
      13.284137956910502,
    ]);
  });

  it('permutes, chooses without repetition, and draws integers', () => {
    const random = new NumpyRandom(3);
    expect([...random.permutation(10)]).toEqual([5, 4, 1, 2, 9, 6, 7, 0, 3, 8]);
    expect([...random.choice(100, 4)]).toEqual([72, 19, 6, 5]);
    expect(times(4, () => random.randint(0, 1000))).toEqual([257, 786, 959, 2]);
  });

  it('agrees over thousands of draws, but for the last bits of logarithms and powers', () => {
    const random = new NumpyRandom(123456789);
    const drawn = [
      ...times(2000, () => random.gamma(0.7)),
      ...times(2000, () => random.gamma(3.3)),
      ...times(2000, () => random.normal(1, 2)),
      ...times(2000, () => random.poisson(9.9)),
    ];
    expect(sha256(Float64Array.from(drawn, value => Math.round(value * 1e9)))).toBe(
      'a14501404298097b67ced457f6a26907d55bae039de0b8af16ab81aa93377a6a',
    );
  });
});
