/** The statistics on samples small enough to count by hand. */
import { describe, expect, it } from 'vitest';
import { chiSquareContingency, chiSquareOfReference } from './chi-square.js';
import { cramerVonMises } from './cramer-von-mises.js';
import { energyDistance } from './energy-distance.js';
import { evidentlyBins } from './evidently-bins.js';
import { fisherExact } from './fisher-exact.js';
import { hellinger } from './hellinger.js';
import { binEdges, countInBins } from './histogram.js';
import { jensenShannon } from './jensen-shannon.js';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.js';
import { kullbackLeibler } from './kullback-leibler.js';
import { mannWhitney } from './mann-whitney.js';
import { discrepancySquared, medianBandwidth } from './maximum-mean-discrepancy.js';
import { benjaminiHochberg, bonferroni } from './multiple-testing.js';
import { nannymlBins } from './nannyml-bins.js';
import { populationStability, stabilityOfDeciles } from './population-stability.js';
import { pooledRanks } from './ranks.js';
import { lInfinity, totalVariation } from './share-differences.js';
import { withoutZeros } from './shares.js';
import { wasserstein, wassersteinNormed } from './wasserstein.js';
import { welchT } from './welch-t.js';
import { zProportions } from './z-proportions.js';

const of = (...values: number[]): Float64Array => Float64Array.from(values);
const upTo = (count: number): Float64Array => Float64Array.from({ length: count }, (_, i) => i);

describe('tests of two samples', () => {
  it('Kolmogorov-Smirnov takes the largest gap, ties together', () => {
    const { statistic, pValue } = kolmogorovSmirnov(of(1, 2, 2, 3), of(2, 2, 4, 5));
    expect(statistic).toBe(0.5);
    expect(pValue).toBeCloseTo(0.7714285714285715, 12);
    expect(kolmogorovSmirnov(of(1, 2), of(2, 1))).toEqual({ statistic: 0, pValue: 1 });
  });

  it('leaves the samples as they were', () => {
    const sample = of(3, 1, 2);
    kolmogorovSmirnov(sample, of(1, 2));
    mannWhitney(sample, of(1, 2));
    expect([...sample]).toEqual([3, 1, 2]);
  });

  it('ranks share their middle', () => {
    const { reference, current, ties } = pooledRanks(of(5, 1, 2), of(2, 2));
    expect([...reference]).toEqual([1, 3, 5]);
    expect([...current]).toEqual([3, 3]);
    expect(ties).toBe(24);
  });

  it('Mann-Whitney counts pairs', () => {
    // 3 > 1, 3 > 2, 3 = 3 (a half), 2 > 1, 2 = 2 (a half); 2 < 3.
    expect(mannWhitney(of(3, 2), of(1, 2, 3)).statistic).toBe(4);
    expect(mannWhitney(of(7, 7), of(7, 7)).pValue).toBe(1);
  });

  it("Cramér-von Mises of Anderson's example: 1, 2 against 3, 4", () => {
    expect(cramerVonMises(of(1, 2), of(3, 4)).statistic).toBeCloseTo(0.375, 12);
  });

  it('Welch has no t where nothing varies', () => {
    expect(welchT(of(1, 1), of(1, 1)).pValue).toBeNaN();
    expect(welchT(of(1, 1), of(2, 2))).toEqual({ statistic: -Infinity, pValue: 0 });
    expect(welchT(of(1, 3), of(2, 2))).toEqual({ statistic: 0, pValue: 1 });
  });
});

describe('distances of two samples', () => {
  it('Wasserstein moves mass', () => {
    expect(wasserstein(of(0, 1), of(5, 6))).toBeCloseTo(5, 12);
    expect(wasserstein(of(0, 0, 0, 4), of(0, 4))).toBeCloseTo(1, 12);
    // The population deviation of 0 and 2 is 1; a constant has the least that is allowed.
    expect(wassersteinNormed(of(0, 2), of(1, 3))).toBeCloseTo(1, 12);
    expect(wassersteinNormed(of(2, 2), of(3, 3))).toBeCloseTo(1000, 9);
  });

  it('the energy distance of two points', () => {
    expect(energyDistance(of(0), of(2))).toBeCloseTo(2, 12);
  });

  it('the discrepancy of pairs, by hand', () => {
    const kernel = (distance: number): number => Math.exp(-(distance ** 2) / 2);
    const between = (kernel(2) + kernel(3) + kernel(1) + kernel(2)) / 4;
    expect(discrepancySquared(of(0, 1), of(2, 3), 1)).toBeCloseTo(
      kernel(1) + kernel(1) - 2 * between,
      12,
    );
  });

  it('the bandwidth is the median of distances', () => {
    // 1, 2 and 3 squared are 1, 4 and 9; the median 4 is halved.
    expect(medianBandwidth(of(0, 1, 3))).toBeCloseTo(Math.SQRT2, 12);
  });
});

describe('bins', () => {
  it('edges have equal widths, and a constant has one bin', () => {
    expect(binEdges(of(0, 1, 2, 3, 4, 5, 6, 7), 'sturges')).toEqual([0, 1.75, 3.5, 5.25, 7]);
    expect(binEdges(of(3, 3), 'doane')).toEqual([2.5, 3.5]);
  });

  it('an edge belongs to the bin above it, but the last to the one below', () => {
    expect(countInBins(of(-1, 0, 1, 1, 2, 3), [0, 1, 2])).toEqual([1, 3]);
  });

  it('Evidently takes each of few values for a bin, and new ones too', () => {
    expect(evidentlyBins(of(1, 1, 2), of(2, 9))).toEqual({
      edges: null,
      reference: [2 / 3, 1 / 3, 0],
      current: [0, 0.5, 0.5],
    });
    expect(evidentlyBins(upTo(21), upTo(43)).edges).toHaveLength(8);
  });

  it('NannyML keeps what lies outside in a bin of its own', () => {
    const { reference, current } = nannymlBins(upTo(50), of(-5, 10, 80, 90));
    expect(reference.at(-1)).toBe(0);
    expect(current.at(-1)).toBe(0.75);
  });

  it('deciles of few values are fewer, and of one value none', () => {
    expect(stabilityOfDeciles(of(...upTo(11)), upTo(11))?.innerEdges).toHaveLength(9);
    expect(stabilityOfDeciles(of(1, 1, 1), of(1, 2))).toBeUndefined();
  });
});

describe('distances of shares', () => {
  const half = { reference: [0.5, 0.5], current: [0.25, 0.75] };
  const apart = { reference: [1, 0], current: [0, 1] };

  it('are 0 between equals', () => {
    const same = { reference: [0.2, 0.8], current: [0.2, 0.8] };
    const distances = [populationStability, kullbackLeibler, jensenShannon, hellinger, lInfinity];
    expect([...distances, totalVariation].map(distance => distance(same))).toEqual(
      Array.from({ length: 6 }, () => 0),
    );
  });

  it('are known by hand', () => {
    expect(populationStability(half)).toBeCloseTo(0.25 * Math.log(2) - 0.25 * Math.log(2 / 3), 12);
    expect(kullbackLeibler(half)).toBeCloseTo(0.5 * Math.log(2) + 0.5 * Math.log(2 / 3), 12);
    expect(jensenShannon(apart)).toBeCloseTo(Math.sqrt(Math.LN2), 12);
    expect(jensenShannon(apart, { base: 2 })).toBeCloseTo(1, 12);
    expect(hellinger(apart)).toBeCloseTo(1, 12);
    expect([lInfinity(half), totalVariation(half)]).toEqual([0.25, 0.25]);
  });

  it('zeros are filled by the least share', () => {
    expect(withoutZeros(apart)).toEqual({ reference: [1, 1e-4], current: [1e-4, 1] });
    expect(withoutZeros({ reference: [5e-5, 0], current: [1, 1] }).reference[1]).toBeCloseTo(
      5e-11,
      20,
    );
  });
});

describe('tests of counts', () => {
  it('chi-square of a table of three, and Yates for two', () => {
    const { statistic, degrees } = chiSquareContingency({
      reference: [10, 20, 30],
      current: [20, 20, 20],
    });
    // Expected are 15, 20 and 25 of 60 in each row and 140 / 120 of ... each row: 60 and 60.
    expect(statistic).toBeCloseTo(2 * (25 / 15) + 2 * (25 / 25), 12);
    expect(degrees).toBe(2);
    const pair = { reference: [10, 10], current: [5, 15] };
    expect(chiSquareContingency(pair).statistic).toBeCloseTo(2 * (4 / 7.5) + 2 * (4 / 12.5), 12);
  });

  it('a category that the reference lacks cannot be tested against it', () => {
    expect(chiSquareOfReference({ reference: [10, 0], current: [9, 1] })).toBeUndefined();
    expect(chiSquareOfReference({ reference: [10, 10], current: [4, 6] })?.statistic).toBeCloseTo(
      0.4,
      12,
    );
  });

  it("Fisher's lady tasting tea", () => {
    // Three of four cups right: (16 + 1) / 70 to one side, twice that to both.
    const { oddsRatio, pValue } = fisherExact({ reference: [3, 1], current: [1, 3] });
    expect(oddsRatio).toBe(9);
    expect(pValue).toBeCloseTo(34 / 70, 12);
  });

  it('z of two shares', () => {
    const { statistic, pValue } = zProportions({ reference: [45, 45], current: [30, 60] });
    expect(statistic).toBeCloseTo(-2.267786838055363, 12);
    expect(pValue).toBeCloseTo(0.023342202012890834, 12);
    expect(zProportions({ reference: [5], current: [5] }).pValue).toBeNaN();
  });
});

describe('many tests', () => {
  const pValues = [0.012, 0.5, 0.001, 0.03];

  it('Bonferroni divides the level', () => {
    expect(bonferroni(pValues, 0.04)).toEqual({ threshold: 0.01, isDrift: true });
    expect(bonferroni([0.02, 0.3], 0.04)).toEqual({ threshold: 0.02, isDrift: false });
  });

  it('Benjamini and Hochberg climb the steps', () => {
    // Steps .01, .02, .03, .04: .001 and .012 lie below theirs, .03 does not.
    expect(benjaminiHochberg(pValues, 0.04)).toEqual({ threshold: 0.02, isDrift: true });
    expect(benjaminiHochberg([0.3, 0.4], 0.04)).toEqual({ threshold: 0.02, isDrift: false });
  });
});
