/** What holds of every streaming detector. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { StreamDetectorKind } from '../detector.js';
import { streamDetectorKinds } from './index.js';

/** Values of its kind, with a jump in the middle so that most find a drift. */
function streams(kind: StreamDetectorKind): fc.Arbitrary<number[]> {
  const low =
    kind.input === 'errors'
      ? fc.constantFrom(0, 0, 0, 1)
      : fc.double({ min: 0, max: 1, noNaN: true });
  const high =
    kind.input === 'errors' ? fc.constant(1) : fc.double({ min: 60, max: 61, noNaN: true });
  const part = (value: fc.Arbitrary<number>) => fc.array(value, { minLength: 80, maxLength: 150 });
  return fc.tuple(part(low), part(high)).map(parts => parts.flat());
}

describe.each(streamDetectorKinds)('$name', kind => {
  it('refuses a setting that it does not have', () => {
    expect(() => kind.create({ wibble: 1 })).toThrow(`${kind.name}: wibble is not a setting`);
  });

  it('takes no value that is missing', () => {
    expect(() => kind.create().update(NaN)).toThrow('a streamed value is finite');
  });

  it('says nothing on a constant stream', () => {
    for (const value of [0, 1]) {
      const detector = kind.create();
      const levels = new Set(Array.from({ length: 2000 }, () => detector.update(value)));
      expect(levels.has('drift')).toBe(false);
    }
  });

  test.prop([streams(kind)])('after a drift it is as one that is new', stream => {
    const detector = kind.create();
    let fresh = kind.create();
    let hasDrifted = false;
    const differences: number[] = [];
    stream.forEach((value, index) => {
      if (hasDrifted) fresh = kind.create();
      const level = detector.update(value);
      const isAlike = fresh.update(value) === level;
      if (!isAlike || JSON.stringify(fresh.state()) !== JSON.stringify(detector.state())) {
        differences.push(index);
      }
      hasDrifted = level === 'drift';
    });
    expect(differences).toEqual([]);
  });

  it('finds a jump that nobody can overlook', () => {
    const detector = kind.create();
    const at = (index: number): number => (index % 10 === 9 ? 1 : 0);
    let found = -1;
    for (let index = 0; index < 2000 && found < 0; index++) {
      const value = index < 1000 ? at(index) : kind.input === 'errors' ? 1 : 20;
      if (detector.update(value) === 'drift') found = index;
    }
    expect(found).toBeGreaterThanOrEqual(1000);
    expect(found).toBeLessThan(1200);
  });
});
