import { describe, expect, it } from 'vitest';
import { Random } from '../../../sim/engine/random.js';
import { autoDetector } from './auto.js';
import { chiSquareDetector } from './chi-square.js';
import { jensenShannonDetector } from './jensen-shannon.js';
import { ksDetector } from './kolmogorov-smirnov.js';
import { wassersteinDetector } from './wasserstein.js';
import { zProportionsDetector } from './z-proportions.js';

const random = new Random(1);
const numbers = (size: number): Float64Array =>
  Float64Array.from({ length: size }, () => random.normal());
const categories = (size: number, count: number): Float64Array =>
  Float64Array.from({ length: size }, () => random.integer(count));

describe('auto', () => {
  it.each([
    ['ks for few numbers', ksDetector, numbers(1000), numbers(300), {}],
    ['wasserstein for many', wassersteinDetector, numbers(1001), numbers(300), {}],
    ['z for a flag', zProportionsDetector, categories(500, 2), categories(100, 2), {}],
    [
      'jensen-shannon for a flag of many',
      jensenShannonDetector,
      categories(1500, 2),
      categories(90, 2),
      {},
    ],
    [
      'chi-square for five values',
      chiSquareDetector,
      categories(500, 5),
      categories(100, 5),
      { as: 'evidently' },
    ],
    ['ks for six values', ksDetector, categories(500, 6), categories(100, 6), {}],
  ] as const)('takes %s', (_, detector, reference, current, settings) => {
    expect(autoDetector.compare(reference, current)).toEqual(
      detector.compare(reference, current, settings),
    );
  });

  it('takes many values for categories when it is told so', () => {
    const [reference, current] = [categories(500, 30), categories(100, 30)];
    expect(autoDetector.compare(reference, current, { type: 'categories' })).toEqual(
      chiSquareDetector.compare(reference, current, { as: 'evidently' }),
    );
  });
});
