import { expect, it } from 'vitest';
import { errorsFromHalfTo70Percent, heard } from '../../../test/drift/river-streams.js';
import { hddmA } from './hddm-a.js';

it("warns and alarms where river's documentation does", () => {
  const { warnings, drifts } = heard(hddmA.create(), errorsFromHalfTo70Percent());
  expect([warnings[0], drifts[0]]).toEqual([451, 1206]);
});

it('hears fewer errors only when it is two-sided', () => {
  const falling = Array.from({ length: 2000 }, (_, index) =>
    index % (index < 1000 ? 2 : 50) ? 0 : 1,
  );
  expect(heard(hddmA.create(), falling).drifts).toEqual([]);
  expect(heard(hddmA.create({ twoSidedTest: true }), falling).drifts.length).toBeGreaterThan(0);
});

it('refuses a warning that is surer than the drift', () => {
  expect(() => hddmA.create({ warningConfidence: 1e-5 })).toThrow('warningConfidence is below');
});
