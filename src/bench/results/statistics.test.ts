/** Intervals and comparisons: known values, and no claim without evidence. */
import { describe, expect, it } from 'vitest';
import { compareWith } from './comparison.js';
import { estimate, holm, pairedDifference, studentQuantile } from './statistics.js';

describe('estimates', () => {
  it('knows the quantiles of tables', () => {
    expect(studentQuantile(0.05, 4)).toBeCloseTo(2.776, 3);
    expect(studentQuantile(0.05, 1)).toBeCloseTo(12.706, 3);
    expect(studentQuantile(0.01, 39)).toBeCloseTo(2.708, 3);
  });

  it('tells no spread of a single value', () => {
    expect(estimate([5])).toEqual({ count: 1, mean: 5, deviation: undefined, half: undefined });
  });

  it('has the interval of a textbook sample', () => {
    const { mean, half } = estimate([1, 2, 3, 4, 5]);
    expect(mean).toBe(3);
    expect(half).toBeCloseTo((2.776 * Math.sqrt(2.5)) / Math.sqrt(5), 3);
  });

  it('pairs', () => {
    const { mean, pValue } = pairedDifference([11, 12, 13, 14, 16], [10, 10, 12, 12, 13]);
    expect(mean).toBeCloseTo(1.8, 12);
    expect(pValue).toBeCloseTo(0.0086, 3);
    expect(pairedDifference([1, 2, 3], [1, 2, 3]).pValue).toBe(1);
    expect(pairedDifference([2, 3, 4], [1, 2, 3]).pValue).toBe(0.25);
  });

  it('corrects for the number of comparisons, in the order given', () => {
    expect(holm([0.04, 0.01, 0.03])).toEqual([false, true, false]);
    expect(holm([0.001, 0.02, 0.04])).toEqual([true, true, true]);
    expect(holm([0.5])).toEqual([false]);
  });
});

describe('comparisons in words', () => {
  const kind = {
    key: 'use',
    label: 'use',
    unit: '%',
    digits: 1,
    better: 'more',
    definition: 'use',
  } as const;
  const runs = (...values: readonly number[]) =>
    values.map((use, index) => ({ seed: index, figures: { use } }));

  it('says that no difference is shown when there is none', () => {
    const base = { setup: 'a', runs: runs(50, 51, 49) };
    const other = { setup: 'b', runs: runs(51, 49, 50) };
    const [compared] = compareWith(base, [base, other], kind);
    expect(compared?.isShown).toBe(false);
    expect(compared?.sentence).toContain('no difference shown');
  });

  it('says how much better, with the interval', () => {
    const base = { setup: 'a', runs: runs(50, 51, 49) };
    const other = { setup: 'b', runs: runs(60.1, 61, 58.9) };
    const [compared] = compareWith(base, [base, other], kind);
    expect(compared?.isShown).toBe(true);
    expect(compared?.sentence).toMatch(
      /^b against a: \+10\.0 points, better \(\+20\.0 % from 50\.0 %; 95 % interval/,
    );
  });

  it('never claims anything of one seed', () => {
    const [compared] = compareWith(
      { setup: 'a', runs: runs(50) },
      [{ setup: 'b', runs: runs(90) }],
      kind,
    );
    expect(compared?.isShown).toBe(false);
    expect(compared?.sentence).toContain('no difference shown without more seeds');
  });
});
