import { expect, it } from 'vitest';
import { bitsThenNumbers, heard } from '../../../test/drift/river-streams.js';
import { adwin } from './adwin.js';

it("finds the change of river's documentation", () => {
  expect(heard(adwin.create(), bitsThenNumbers()).drifts).toEqual([1023]);
});

it('finds nothing between two tests', () => {
  const { drifts } = heard(adwin.create({ clock: 7 }), bitsThenNumbers());
  expect(drifts.length).toBeGreaterThan(0);
  expect((drifts[0] ?? 0) % 7).toBe(6);
});

it('keeps the width, total and variance of what is in the window', () => {
  const detector = adwin.create();
  const values = bitsThenNumbers().slice(0, 900);
  for (const value of values) detector.update(value);
  const total = values.reduce((sum, value) => sum + value, 0);
  const mean = total / values.length;
  const { width, total: kept, variance } = detector.state();
  expect([width, kept]).toEqual([900, total]);
  expect(variance).toBeCloseTo(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0),
    8,
  );
});

it('drops the old part until the new mean stands alone, in a window far smaller than the stream', () => {
  const detector = adwin.create();
  const stream = bitsThenNumbers();
  for (const value of stream.slice(0, 1024)) detector.update(value);
  expect(detector.state()['width']).toBeLessThan(100);
});

it('refuses impossible settings', () => {
  expect(() => adwin.create({ delta: 1.5 })).toThrow('delta must be below 1, is 1.5');
  expect(() => adwin.create({ clock: 0 })).toThrow('clock must be at least 1');
  expect(() => adwin.create({ maxbuckets: 4 })).toThrow('maxbuckets is not a setting');
});
