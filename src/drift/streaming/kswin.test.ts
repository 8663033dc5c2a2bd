import { expect, it } from 'vitest';
import { bitsThenNumbers, heard } from '../../../test/drift/river-streams.js';
import { kswin } from './kswin.js';

it("finds the change of river's documentation", () => {
  const detector = kswin.create({ alpha: 0.0001, seed: 42 });
  expect(heard(detector, bitsThenNumbers()).drifts).toEqual([1016]);
});

it('draws otherwise with another seed', () => {
  const pValueOf = (seed: number): number | null | undefined => {
    const detector = kswin.create({ seed });
    for (const value of bitsThenNumbers().slice(0, 150)) detector.update(value);
    return detector.state()['pValue'];
  };
  expect(new Set([1, 2, 3, 4, 5].map(pValueOf)).size).toBeGreaterThan(1);
  expect(pValueOf(1)).toBe(pValueOf(1));
});

it('refuses to draw more than it has', () => {
  expect(() => kswin.create({ windowSize: 50 })).toThrow('statSize 30 is above half of windowSize');
});
