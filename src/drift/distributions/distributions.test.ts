/** The distributions at points where scipy 1.17 was asked, and where a table or a hand count knows. */
import { describe, expect, it } from 'vitest';
import { chiSquareTail } from './chi-square.js';
import { cramerVonMisesTail } from './cramer-von-mises.js';
import { logGamma } from './gamma.js';
import { kolmogorovTail } from './kolmogorov.js';
import { durbinBelow } from './kolmogorov-durbin.js';
import { pelzGoodBelow } from './kolmogorov-pelz-good.js';
import { ksAsymptotic, ksEqualSizes, ksExact } from './ks-two-sample.js';
import { normalTail, normalTwoSided } from './normal.js';
import { studentTwoSided } from './student-t.js';

/** How far a value is off, as a share of what it should be. */
const off = (actual: number, expected: number): number => Math.abs(actual / expected - 1);

it.each([
  [1, 0],
  [5, Math.log(24)],
  [0.5, Math.log(Math.PI) / 2],
  [171, 706.5730622457874],
])('logGamma(%d)', (x, expected) => {
  expect(logGamma(x)).toBeCloseTo(expected, 11);
});

it.each([
  [3.841458820694124, 1, 0.05],
  [0.5, 4, 0.9735009788392561],
  [100, 3, 1.5541594313896026e-21],
  [950, 1000, 0.8691240657456883],
])('chiSquareTail(%d, %d)', (statistic, degrees, expected) => {
  expect(off(chiSquareTail(statistic, degrees), expected)).toBeLessThan(1e-11);
});

it.each([
  [-1.5, 0.9331927987311419],
  [0, 0.5],
  [8, 6.22096057427174e-16],
  [30, 4.906713927147908e-198],
])('normalTail(%d)', (z, expected) => {
  expect(off(normalTail(z), expected)).toBeLessThan(1e-11);
  expect(normalTwoSided(-z)).toBeCloseTo(2 * normalTail(Math.abs(z)), 15);
});

it.each([
  [2, 1, 0.2951672353008665],
  [0.001, 5, 0.9992407867721976],
  [8.99, 380, 1.1816591909917665e-17],
  [3, 1_000_000, 0.0026998625414218],
  [40, 7.5, 5.119056763709788e-10],
])('studentTwoSided(%d, %d)', (t, degrees, expected) => {
  expect(off(studentTwoSided(t, degrees), expected)).toBeLessThan(1e-10);
});

describe('kolmogorovTail', () => {
  it.each([
    [10, 0.04, 1],
    [10, 0.08, 0.9999978058034054],
    [10, 0.3, 0.27053557479999946],
    [10, 0.95, 1.9531250000000172e-13],
    [100, 0.12, 0.1033037490181987],
    [100, 0.25, 5.408871776434847e-6],
    [100, 0.6, 5.912822156396238e-35],
    [1000, 0.01, 0.9999496745370611],
    [1000, 0.03, 0.3226902143914636],
    [5000, 0.01, 0.6954557253913853],
    [5000, 0.03, 0.00024159234422666817],
  ])('of %d values at %d', (size, distance, expected) => {
    expect(off(kolmogorovTail(size, distance), expected)).toBeLessThan(1e-9);
  });

  it('has an expansion that meets the exact value', () => {
    for (const size of [200, 1000]) {
      const distance = 0.9 / Math.sqrt(size);
      expect(pelzGoodBelow(size, distance)).toBeCloseTo(durbinBelow(size, distance), 5);
    }
  });

  it('falls with the distance across its methods', () => {
    for (const size of [20, 140, 141, 3000]) {
      const tails = Array.from({ length: 300 }, (_, step) =>
        kolmogorovTail(size, ((step + 1) / 300) * Math.min(1, 8 / Math.sqrt(size))),
      );
      const rises = tails.filter((tail, at) => tail > (tails[at - 1] ?? 1) + 1e-9);
      expect(rises).toEqual([]);
    }
  });
});

describe('two samples', () => {
  it('of equal sizes, counted by hand', () => {
    // Of the 6 orders of two and two values, 2 keep them apart, and all lie 1/2 apart at least.
    expect(ksEqualSizes(2, 2)).toBeCloseTo(2 / 6, 15);
    expect(ksEqualSizes(2, 1)).toBe(1);
    expect(ksEqualSizes(2, 0)).toBe(1);
  });

  it('of different sizes, by going through all orders', () => {
    const orders = (ofA: number, ofB: number): number[][] => {
      if (ofA + ofB === 0) return [[]];
      const withA = ofA > 0 ? orders(ofA - 1, ofB).map(rest => [0, ...rest]) : [];
      return [...withA, ...(ofB > 0 ? orders(ofA, ofB - 1).map(rest => [1, ...rest]) : [])];
    };
    const [sizeA, sizeB] = [4, 6];
    const distances = orders(sizeA, sizeB).map(order => {
      const seen = [0, 0];
      return order.reduce((far, which) => {
        seen[which] = (seen[which] ?? 0) + 1;
        return Math.max(far, Math.abs((seen[0] ?? 0) / sizeA - (seen[1] ?? 0) / sizeB));
      }, 0);
    });
    for (const distance of new Set(distances)) {
      const share = distances.filter(one => one >= distance - 1e-9).length / distances.length;
      expect(ksExact(sizeA, sizeB, distance)).toBeCloseTo(share, 12);
      expect(ksExact(sizeB, sizeA, distance)).toBeCloseTo(share, 12);
    }
  });

  it('of large sizes are near to one of the harmonic size', () => {
    expect(ksAsymptotic(2000, 3000, 0.04)).toBeCloseTo(kolmogorovTail(1200, 0.04), 15);
    expect(ksExact(2000, 3000, 0.04)).toBeCloseTo(ksAsymptotic(2000, 3000, 0.04), 2);
    // 7 x 7 / 14 is 3.5 and rounds to 4; 5 x 5 / 10 is 2.5 and rounds to 2.
    expect(ksAsymptotic(7, 7, 0.6)).toBe(kolmogorovTail(4, 0.6));
    expect(ksAsymptotic(5, 5, 0.6)).toBe(kolmogorovTail(2, 0.6));
  });
});

it.each([
  [0.3473, 0.1],
  [0.46136, 0.05],
  [0.74346, 0.01],
])('the Cramér-von Mises table of Anderson and Darling at %d', (statistic, expected) => {
  expect(cramerVonMisesTail(statistic)).toBeCloseTo(expected, 5);
});
