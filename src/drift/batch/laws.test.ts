/** What holds of every detector of samples. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../sim/engine/random.js';
import { discrepancySquared, medianBandwidth } from '../statistics/maximum-mean-discrepancy.js';
import { batchDetectorKinds } from './index.js';
import { mmdDetector } from './mmd.js';

const forTwo = ['fisher-exact', 'z-proportions'];
const forCategories = ['chi-square', 'g-test', 'l-infinity', 'total-variation', ...forTwo];

/** Values of the detector's sort. A share of `shift` of them is one more, or in the last category. */
function sample(name: string, seed: number, shift: number, size = 400): Float64Array {
  const random = new Random(seed, name);
  const categories = forTwo.includes(name) ? 2 : 4;
  return Float64Array.from({ length: size }, () => {
    const isMoved = random.float() < shift;
    if (forCategories.includes(name)) return isMoved ? 0 : random.integer(categories);
    return random.normal() + (isMoved ? 2 : 0);
  });
}

it('mmd measures what the statistic of its name does', () => {
  const [reference, current] = [sample('mmd', 1, 0, 60), sample('mmd', 2, 0.3, 50)];
  const { statistic } = mmdDetector.compare(reference, current);
  const bandwidth = medianBandwidth(reference);
  expect(statistic).toBeCloseTo(discrepancySquared(reference, current, bandwidth), 12);
});

describe.each(batchDetectorKinds)('$name', detector => {
  const { name } = detector;

  it('finds nothing between a sample and itself', () => {
    const same = sample(name, 1, 0);
    const { isDrift, pValue } = detector.compare(same, same);
    expect(isDrift).toBe(false);
    expect(pValue ?? 1).toBeGreaterThan(0.05);
  });

  it('finds a shift of most rows, by what it says decides', () => {
    const result = detector.compare(sample(name, 1, 0), sample(name, 2, 0.9));
    expect(result.isDrift).toBe(true);
    const { statistic, pValue, threshold } = result;
    expect(pValue === undefined ? statistic >= threshold : pValue < threshold).toBe(true);
  });

  it('gives the same answer twice', () => {
    const [reference, current] = [sample(name, 1, 0), sample(name, 2, 0.1)];
    expect(detector.compare(reference, current)).toEqual(detector.compare(reference, current));
  });

  it('finds nothing in values that never vary', () => {
    const still = new Float64Array(50).fill(3);
    expect(detector.compare(still, still.slice(0, 20)).isDrift).toBe(
      name === 'cramer-von-mises', // Its limit knows no ties: scipy says p = 0.0005 too.
    );
  });

  it('refuses settings that it does not have, samples without values, and NaN', () => {
    const some = sample(name, 1, 0);
    expect(() => detector.compare(some, some, { alhpa: 0.1 })).toThrow('alhpa is not a setting');
    expect(() => detector.compare(some, new Float64Array(0))).toThrow('current sample is empty');
    expect(() => detector.compare(Float64Array.of(1, NaN), some)).toThrow(
      'value 1 of the reference sample is NaN',
    );
  });
});
