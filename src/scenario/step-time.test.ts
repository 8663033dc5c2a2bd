import { expect, test } from 'vitest';
import { hasLongTraffic } from './step-time.js';

test('traffic is long from six hours on, however its time is written', () => {
  expect(hasLongTraffic([{ traffic: { for: '24h' } }])).toBe(true);
  expect(hasLongTraffic([{}, { traffic: { for: '360m' } }])).toBe(true);
  expect(hasLongTraffic([{ traffic: { for: '20m' } }, { traffic: { for: '5h' } }])).toBe(false);
  expect(hasLongTraffic([])).toBe(false);
});
