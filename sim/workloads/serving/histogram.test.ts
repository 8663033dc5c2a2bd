import fc from 'fast-check';
import { expect, it } from 'vitest';
import { histogramError, LatencyHistogram } from './histogram.js';

const latency = fc.double({ min: 0.2, max: 3_600_000, noNaN: true });

it('tells any latency within its stated error', () => {
  fc.assert(
    fc.property(latency, value => {
      const histogram = new LatencyHistogram();
      histogram.record(value / 2);
      histogram.record(value);
      histogram.record(value * 2);
      const told = histogram.quantile(0.5) ?? NaN;
      // The value is cut to whole microseconds first.
      expect(Math.abs(told - value)).toBeLessThanOrEqual(value * histogramError + 0.0011);
    }),
  );
});

it('gives quantiles by rank, and the same from parts that are added up', () => {
  fc.assert(
    fc.property(fc.array(latency, { minLength: 1, maxLength: 200 }), fc.nat(100), (all, cut) => {
      const whole = new LatencyHistogram();
      const parts = [new LatencyHistogram(), new LatencyHistogram()] as const;
      all.forEach((value, index) => {
        whole.record(value);
        parts[index < cut ? 0 : 1].record(value);
      });
      parts[0].add(parts[1]);
      const sorted = [...all].sort((a, b) => a - b);
      for (const share of [0, 0.5, 0.95, 0.99, 1]) {
        const exact = sorted[Math.max(1, Math.ceil(share * all.length)) - 1] ?? NaN;
        const told = whole.quantile(share) ?? NaN;
        expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact * histogramError + 0.0011);
        expect(parts[0].quantile(share)).toBe(told);
      }
      expect(parts[0].count).toBe(all.length);
    }),
  );
});

it('has no quantile of nothing, and is empty again after it was cleared', () => {
  const histogram = new LatencyHistogram();
  expect(histogram.quantile(0.5)).toBeUndefined();
  expect(histogram.meanMs()).toBeUndefined();
  histogram.record(5);
  histogram.clear();
  expect(histogram.quantile(0.5)).toBeUndefined();
});

it('takes the longest for 71 minutes', () => {
  const histogram = new LatencyHistogram();
  histogram.record(1e9);
  histogram.record(1e12);
  expect(histogram.quantile(0.1)).toBeGreaterThan(70 * 60_000);
});
