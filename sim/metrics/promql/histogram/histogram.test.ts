import { describe, expect, it } from 'vitest';
import { Labels } from '../labels.js';
import { queryAt } from '../query.js';
import { SeriesStore } from '../series-store.js';
import { convertedClassic } from './classic.js';
import { quantileOfHistogram } from './estimates.js';
import { customSchema, emptyHistogram, type Cell, type Histogram } from './histogram.js';
import { isReset } from './reset.js';
import { joined } from './sum.js';
import { histogramRecord, histogramText } from './text.js';
import { trimmed } from './trim.js';

const cells = (...counts: readonly number[]): readonly Cell[] =>
  counts.map((count, index) => ({ index, count }));
const native = (told: Partial<Histogram>): Histogram => ({ ...emptyHistogram, ...told });

describe('native histograms', () => {
  it('are added in the coarser of two resolutions, with the wider bucket around zero', () => {
    const fine = native({ schema: 1, count: 6, sum: 9, positive: cells(1, 2, 3) });
    const coarse = native({
      count: 5,
      sum: 4,
      zeroThreshold: 0.5,
      zeroCount: 4,
      positive: [{ index: 1, count: 1 }],
    });
    const found = joined(fine, coarse)?.histogram;
    expect(found).toMatchObject({
      schema: 0,
      count: 11,
      sum: 13,
      zeroThreshold: 0.5,
      zeroCount: 4,
    });
    expect(found?.positive).toEqual([
      { index: 0, count: 1 },
      { index: 1, count: 6 },
    ]);
  });

  it('with told bounds keep those that both have, and are not added to others', () => {
    const told = (bounds: readonly number[], ...counts: readonly number[]) =>
      native({ schema: customSchema, bounds, positive: cells(...counts), count: 3 });
    const found = joined(told([1, 2, 5], 1, 1, 1), told([2, 5], 2, 1));
    expect(found).toMatchObject({ isReconciled: true, histogram: { bounds: [2, 5] } });
    expect(found?.histogram.positive).toEqual(cells(4, 2));
    expect(joined(told([1], 3), native({}))).toBeUndefined();
  });

  it('were reset where a bucket has fallen or the resolution has risen', () => {
    const before = native({ count: 3, positive: cells(1, 2) });
    expect(isReset(native({ count: 4, positive: cells(2, 2) }), before)).toBe(false);
    expect(isReset(native({ count: 4, positive: cells(4) }), before)).toBe(true);
    expect(isReset(native({ schema: 1, count: 4, positive: cells(2, 2) }), before)).toBe(true);
    const merged = native({
      zeroThreshold: 1,
      zeroCount: 1,
      count: 3,
      positive: [{ index: 1, count: 2 }],
    });
    expect(isReset(merged, before)).toBe(false);
  });

  it('tell a quantile between powers, and are cut off at a value', () => {
    const histogram = native({ count: 4, sum: 6, positive: [{ index: 1, count: 4 }] });
    expect(quantileOfHistogram(0.5, histogram).value).toBeCloseTo(Math.SQRT2, 12);
    const below = trimmed(histogram, { value: Math.SQRT2, keeps: 'below' });
    expect(below.count).toBeCloseTo(2, 12);
    expect(below.sum).toBeCloseTo(2 * 2 ** 0.25, 12);
  });

  it('are made of classic ones whose counts do not contradict each other', () => {
    const buckets = new Map([
      [1, 2],
      [5, 3],
    ]);
    expect(convertedClassic({ buckets, count: 4, sum: 9 })).toMatchObject({
      schema: customSchema,
      bounds: [1, 5],
      positive: cells(2, 1, 1),
      count: 4,
    });
    expect(
      convertedClassic({
        buckets: new Map([
          [1, 2],
          [5, 1],
        ]),
      }),
    ).toBeUndefined();
  });

  it('are shown as Prometheus shows them', () => {
    const histogram = native({
      count: 3,
      sum: 2e6,
      zeroThreshold: 0.5,
      zeroCount: 1,
      positive: [{ index: 1, count: 2 }],
    });
    expect(histogramText(histogram)).toBe('{count:3, sum:2e+06, [-0.5,0.5]:1, (1,2]:2}');
    expect(histogramRecord(histogram)).toEqual({
      count: '3',
      sum: '2000000',
      buckets: [
        [3, '-0.5', '0.5', '1'],
        [0, '1', '2', '2'],
      ],
    });
  });

  it('are rates of counters in queries, and no sum with numbers', () => {
    const store = new SeriesStore();
    const h = Labels.of({ __name__: 'h' });
    for (const minute of [0, 1, 2]) {
      const count = 60 * minute;
      store.append(
        h,
        minute * 60_000,
        native({ count, sum: count, positive: [{ index: 0, count }] }),
      );
    }
    store.append(Labels.of({ __name__: 'h', a: 'b' }), 120_000, 1);
    const ask = (query: string) => queryAt(store, query, 120_000);
    expect(ask('histogram_count(rate(h{a=""}[2m1s]))')).toMatchObject({
      value: { elements: [{ value: expect.closeTo(0.9917, 4) as number }] },
    });
    expect(ask('sum(h)')).toMatchObject({
      value: { elements: [] },
      warnings: ['PromQL warning: encountered a mix of histograms and floats for aggregation'],
    });
  });
});
