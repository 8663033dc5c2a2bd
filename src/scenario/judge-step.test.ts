import { expect, it } from 'vitest';
import { lawSettings, withLawSetting } from './judge-step.js';

it('reads thresholds of laws one after another', () => {
  const first = withLawSetting('hpa-no-flapping.reversalsMax=4', {});
  const both = withLawSetting('hpa-no-flapping.lagMs=50', first);
  expect(both).toEqual({ 'hpa-no-flapping': { reversalsMax: 4, lagMs: 50 } });
});

it('refuses what there is not, and says what there is', () => {
  expect(() => withLawSetting('gpu-held-twice.lagMs=1', {})).toThrow('there is no law');
  expect(() => withLawSetting('hpa-no-flapping.lag', {})).toThrow('is no setting of a law');
  expect(() => lawSettings({ 'hpa-no-flapping': { reversalMax: 1 } })).toThrow(
    'has no setting reversalMax',
  );
});
