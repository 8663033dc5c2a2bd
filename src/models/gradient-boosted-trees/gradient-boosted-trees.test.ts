import { describe, expect, it } from 'vitest';
import { Random } from '../../../sim/engine/random.js';
import type { Dataset } from '../model.js';
import { binRows } from './bins.js';
import { boost } from './boost.js';
import { forestMargins } from './forest.js';
import { leafMasks, maskedMargins } from './leaf-masks.js';
import { treeSettings } from './settings.js';

const column = (values: readonly number[], labels: readonly number[] = []): Dataset => ({
  rows: values.length,
  columns: 1,
  values: Float64Array.from(values),
  labels: Uint8Array.from(values, (_, row) => labels[row] ?? row % 2),
});

const defaults = {
  trees: treeSettings.trees.default,
  depth: treeSettings.depth.default,
  learningRate: treeSettings.learningRate.default,
  minChildWeight: treeSettings.minChildWeight.default,
  lambda: treeSettings.lambda.default,
  bins: treeSettings.bins.default,
};

describe('bins', () => {
  it('are one to a value when there are few', () => {
    const { slots, thresholds } = binRows(column([3, 1, 1, 2, 9]), 255);
    expect([...slots]).toEqual([2, 0, 0, 1, 3]);
    expect([...thresholds]).toEqual([1.5, 2.5, 6, Number.MAX_VALUE]);
  });

  it('hold about as many rows each when there are many values', () => {
    const { slots, thresholds } = binRows(column(Array.from({ length: 1000 }, (_, i) => i)), 10);
    const counts = new Uint32Array(10);
    for (const slot of slots) counts[slot] = (counts[slot] ?? 0) + 1;
    expect([...counts]).toEqual(Array.from({ length: 10 }, () => 100));
    expect(thresholds).toHaveLength(10);
  });

  it('give a frequent value a bin of its own and cut the others finely', () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i < 900 ? 0 : i));
    const { thresholds } = binRows(column(values), 11);
    expect(thresholds).toHaveLength(11);
    expect(thresholds[0]).toBe(450);
  });

  it('keep missing values apart, above all others', () => {
    const { slots, thresholds } = binRows(column([NaN, 1, 2]), 255);
    expect([...slots]).toEqual([2, 0, 1]);
    expect([...thresholds]).toEqual([1.5, Number.MAX_VALUE, Number.MAX_VALUE]);
    expect([...binRows(column([NaN, NaN]), 255).slots]).toEqual([0, 0]);
  });

  it('part no values that single precision cannot tell apart', () => {
    const near = binRows(column([1, 1 + 2 ** -30, 2]), 255);
    expect([...near.slots]).toEqual([0, 0, 1]);
    expect([...near.thresholds]).toEqual([1.5, Number.MAX_VALUE]);
    const far = binRows(column([1, 1 + 2 ** -20]), 255);
    expect([...far.slots]).toEqual([0, 1]);
  });
});

describe('trees', () => {
  it('have the gain and the leaf values of the paper', () => {
    // Half are frauds, so that slopes are -1/2 or 1/2 and curvatures 1/4 before the first tree.
    const data = column([1, 1, 1, 1, 2, 2, 2, 2], [0, 0, 0, 1, 0, 1, 1, 1]);
    const settings = { ...defaults, trees: 1, depth: 1, learningRate: 0.5, lambda: 2 };
    const { base, thresholds, leaves } = boost(data, settings).forest;
    expect(base).toBe(0);
    expect(thresholds[1]).toBe(1.5);
    expect([...leaves]).toEqual([(-0.5 * 1) / (1 + 2), (0.5 * 1) / (1 + 2)]);
  });

  it('split no node whose children would weigh too little', () => {
    const data = column([1, 1, 1, 1, 2, 2, 2, 2], [0, 0, 0, 1, 0, 1, 1, 1]);
    const { forest } = boost(data, { ...defaults, trees: 1, depth: 2, minChildWeight: 1.01 });
    expect([...forest.thresholds.subarray(1)]).toEqual(
      Array.from({ length: 3 }, () => Number.MAX_VALUE),
    );
    expect(new Set([...forest.leaves].map(Math.abs))).toEqual(new Set([0]));
  });

  it('stay finite without any penalty on rows that they become certain of', () => {
    const data = column([1, 1, 2, 2, 3, 3], [0, 0, 1, 1, 0, 0]);
    const settings = { ...defaults, trees: 500, learningRate: 1, lambda: 0, minChildWeight: 0 };
    const { forest, margins } = boost(data, settings);
    expect(forest.leaves.every(Number.isFinite)).toBe(true);
    expect(
      margins.every((margin, row) => (data.labels[row] === 1 ? margin > 5 : margin < -5)),
    ).toBe(true);
  });

  it.each([1, 2, 3, 6])(
    'score training rows as training did, values missing or not, depth %d',
    depth => {
      const data = gappy(500);
      const losses = [1, 10, 40].map(trees => {
        const { forest, margins } = boost(data, { ...defaults, trees, depth });
        const scored = new Float64Array(500);
        forestMargins(forest, data.values, 500, scored);
        expect(scored).toEqual(margins);
        return margins.reduce(
          (sum, margin, row) =>
            sum + Math.log1p(Math.exp(data.labels[row] === 1 ? -margin : margin)),
          0,
        );
      });
      expect(losses[1]).toBeLessThan(losses[0] ?? 0);
      expect(losses[2]).toBeLessThan(losses[1] ?? 0);
    },
  );
});

describe('masks of leaves', () => {
  it.each([
    { trees: 1, depth: 1 },
    { trees: 37, depth: 1 },
    { trees: 10, depth: 2 },
    { trees: 50, depth: 3 },
    { trees: 9, depth: 4, minChildWeight: 0 },
    { trees: 30, depth: 5, bins: 20 },
    { trees: 3, depth: 2, minChildWeight: 1000 },
  ])('score as the trees do, to the bit: %j', settings => {
    const { forest } = boost(gappy(500), { ...defaults, ...settings });
    const masks = leafMasks(forest);
    if (masks === undefined) throw new Error('the forest has no masks');
    const { values } = gappy(2000);
    const walked = new Float64Array(2000);
    const masked = new Float64Array(2000);
    forestMargins(forest, values, 2000, walked);
    maskedMargins(masks, values, 2000, masked);
    expect(masked).toEqual(walked);
  });

  it('are not made of forests that are too deep or too large', () => {
    const data = gappy(500);
    expect(leafMasks(boost(data, { ...defaults, trees: 2, depth: 6 }).forest)).toBeUndefined();
    const many = { ...defaults, trees: 2000, depth: 5, minChildWeight: 0 };
    expect(leafMasks(boost(data, many).forest)).toBeUndefined();
  });
});

/** Rows with repeated and missing values, whose label follows two columns together. */
function gappy(rows: number): Dataset {
  const random = new Random(5).fork('rows');
  const values = new Float64Array(rows * 3).map(() =>
    random.float() < 0.05 ? NaN : Math.floor(random.float() * 400) / 10,
  );
  const labels = new Uint8Array(rows).map((_, row) => {
    const isHigh = (values[row * 3] ?? 0) > 20 !== (values[row * 3 + 1] ?? 0) > 30;
    return random.float() < (isHigh ? 0.8 : 0.1) ? 1 : 0;
  });
  return { rows, columns: 3, values, labels };
}
