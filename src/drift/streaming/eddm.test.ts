import { expect, it } from 'vitest';
import { errorsFromHalfTo70Percent, heard } from '../../../test/drift/river-streams.js';
import { eddm } from './eddm.js';

it("alarms where river's documentation does", () => {
  const { warnings, drifts } = heard(
    eddm.create({ alpha: 0.8, beta: 0.75 }),
    errorsFromHalfTo70Percent(),
  );
  expect([warnings[0], drifts[0]]).toEqual([1059, 1278]);
});

it('measures distances between errors', () => {
  const detector = eddm.create();
  for (const value of [0, 1, 0, 0, 0, 1, 1]) detector.update(value);
  // Distances 2, 4 and 1.
  expect(detector.state()).toMatchObject({ n: 7, nErrors: 3 });
  expect(detector.state()['meanDistance']).toBeCloseTo(7 / 3, 12);
  expect(detector.state()['varDistance']).toBeCloseTo(7 / 3, 12);
});

it('refuses a warning below the drift', () => {
  expect(() => eddm.create({ alpha: 0.8 })).toThrow('alpha is below beta');
});
