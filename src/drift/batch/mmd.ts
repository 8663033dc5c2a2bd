/** The detector of the maximum mean discrepancy. */
import { Random } from '../../../sim/engine/random.js';
import { wholeField } from '../../input/settings.js';
import { medianBandwidth } from '../statistics/maximum-mean-discrepancy.js';
import type { TestResult } from '../statistics/test-result.js';
import { significanceDetector } from './kinds.js';

/**
 * Numbers: any change, by a permutation test with the median heuristic's kernel. Settings `alpha` 0.05,
 * `permutations` 100, `seed` 0 and `sizeMax` 500: larger samples are thinned evenly, as the time is
 * (size squared x permutations).
 */
export const mmdDetector = significanceDetector({
  name: 'mmd',
  fields: {
    permutations: wholeField(100, { min: 19, max: 100_000 }),
    seed: wholeField(0),
    sizeMax: wholeField(500, { min: 2, max: 2000 }),
  },
  test: (reference, current, { permutations, seed, sizeMax }) =>
    permutationTest(thinned(reference, sizeMax), thinned(current, sizeMax), {
      permutations,
      random: new Random(seed, 'mmd'),
    }),
});

/** How often samples that are mixed at random lie further apart; the true one counts as one of them. */
function permutationTest(
  reference: Float64Array,
  current: Float64Array,
  { permutations, random }: { readonly permutations: number; readonly random: Random },
): TestResult {
  const size = reference.length;
  if (size < 2 || current.length < 2) return { statistic: NaN, pValue: NaN };
  const kernel = kernelOfPairs([...reference, ...current], medianBandwidth(reference));
  const rows = Array.from({ length: size + current.length }, (_, row) => row);
  const statistic = discrepancyOf(kernel, rows, size);
  let further = 1;
  for (let turn = 0; turn < permutations; turn++) {
    if (discrepancyOf(kernel, random.shuffle(rows), size) >= statistic) further++;
  }
  return { statistic, pValue: further / (permutations + 1) };
}

/** The kernel of every pair, row after row: computed once, as mixing only moves rows. */
function kernelOfPairs(pool: readonly number[], bandwidth: number): Float64Array {
  const factor = -1 / (2 * bandwidth * bandwidth);
  const kernel = new Float64Array(pool.length * pool.length);
  pool.forEach((first, i) => {
    pool.forEach((second, j) => {
      kernel[i * pool.length + j] = Math.exp(factor * (first - second) ** 2);
    });
  });
  return kernel;
}

/** The unbiased squared discrepancy when the first `size` of the rows are the reference. */
function discrepancyOf(kernel: Float64Array, rows: readonly number[], size: number): number {
  const all = rows.length;
  const other = all - size;
  let [withinFirst, withinSecond, between] = [0, 0, 0];
  for (let i = 1; i < all; i++) {
    const from = (rows[i] as number) * all;
    for (let j = 0; j < i; j++) {
      const value = kernel[from + (rows[j] as number)] as number;
      if (i < size) withinFirst += value;
      else if (j >= size) withinSecond += value;
      else between += value;
    }
  }
  return (
    (2 * withinFirst) / (size * (size - 1)) +
    (2 * withinSecond) / (other * (other - 1)) -
    (2 * between) / (size * other)
  );
}

function thinned(sample: Float64Array, sizeMax: number): Float64Array {
  if (sample.length <= sizeMax) return sample;
  const step = sample.length / sizeMax;
  return Float64Array.from(
    { length: sizeMax },
    (_, index) => sample[Math.floor(index * step)] ?? 0,
  );
}
