import { expect, it } from 'vitest';
import { errorsFromHalfTo70Percent, heard } from '../../../test/drift/river-streams.js';
import { ddm } from './ddm.js';

it("warns and alarms where river's documentation does", () => {
  expect(heard(ddm.create(), errorsFromHalfTo70Percent())).toEqual({
    warnings: [1084, 1492],
    drifts: [1334],
  });
});

it('has no minimum before the warm start is over', () => {
  const detector = ddm.create({ warmStart: 5 });
  for (const value of [1, 0, 0, 0, 0]) detector.update(value);
  expect(detector.state()).toMatchObject({ n: 5, p: 0.2, pMin: null, sMin: null });
  detector.update(0);
  expect(detector.state()['pMin']).toBeCloseTo(1 / 6, 12);
});

it('does not hear errors that become fewer', () => {
  const falling = Array.from({ length: 2000 }, (_, index) =>
    index % (index < 1000 ? 2 : 50) ? 0 : 1,
  );
  expect(heard(ddm.create(), falling).drifts).toEqual([]);
});

it('refuses a warning above the drift', () => {
  expect(() => ddm.create({ warningThreshold: 4 })).toThrow('warningThreshold is above');
});
