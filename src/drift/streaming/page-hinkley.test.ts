import { describe, expect, it } from 'vitest';
import { heard } from '../../../test/drift/river-streams.js';
import { pageHinkley } from './page-hinkley.js';

const step = (before: number, after: number): number[] => [
  ...Array.from({ length: 500 }, (_, index) => before + (index % 2)),
  ...Array.from({ length: 500 }, (_, index) => after + (index % 2)),
];

describe('PageHinkley', () => {
  it.each([
    ['up', step(0, 3), true],
    ['up', step(3, 0), false],
    ['down', step(3, 0), true],
    ['down', step(0, 3), false],
    ['both', step(0, 3), true],
    ['both', step(3, 0), true],
  ] as const)('in mode %s hears its own direction', (mode, stream, isHeard) => {
    const { drifts } = heard(pageHinkley.create({ mode }), stream);
    expect(drifts.some(index => index >= 500 && index < 560)).toBe(isHeard);
  });

  it('alarms as soon as the sum passes the threshold, by hand', () => {
    // The mean stands at 0; a value of 10 adds 10 - 10/(n+1) - delta to the sum.
    const detector = pageHinkley.create({ threshold: 15, minInstances: 2, delta: 0, alpha: 1 });
    const levels = [0, 0, 0, 10, 10, 10].map(value => detector.update(value));
    // 10 - 2.5 = 7.5, then 7.5 + (10 - 4) = 13.5, then 13.5 + (10 - 5) = 18.5.
    expect(levels).toEqual(['none', 'none', 'none', 'none', 'none', 'drift']);
    expect(detector.state()['sumIncrease']).toBeCloseTo(18.5, 12);
  });

  it('refuses a mode that it does not know', () => {
    expect(() => pageHinkley.create({ mode: 'donw' })).toThrow('did you mean down?');
  });
});
