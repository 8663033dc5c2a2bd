import fc from 'fast-check';
import { expect, it } from 'vitest';
import { atRank } from './rank.js';

it('gives what a sort has there', () => {
  const value = fc.oneof(fc.double(), fc.constantFrom(0, 0.5, 1, NaN));
  const samples = fc.array(value, { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(samples, fc.nat(), (values, place) => {
      const sample = Float64Array.from(values);
      const rank = place % sample.length;
      const kept = sample.slice();
      // Zeros of both signs are equal for all who compare with it.
      expect(atRank(sample, rank) + 0).toBe((sample.slice().sort()[rank] as number) + 0);
      expect(sample).toEqual(kept);
    }),
    { seed: 1 },
  );
});
