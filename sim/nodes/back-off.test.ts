/** Back-off as Kubernetes keeps it for containers: 10 s to 300 s, begun anew after 600 s. */
import { expect, it } from 'vitest';
import { BackOff } from './back-off.js';

it('doubles up to the largest, and begins anew after twice that', () => {
  const backOff = new BackOff(10_000, 300_000);
  const waits: number[] = [];
  let nowMs = 0;
  for (let failure = 0; failure < 7; failure++) {
    backOff.next('c', nowMs, nowMs);
    waits.push(backOff.waitMs('c'));
    nowMs += backOff.waitMs('c');
  }
  expect(waits).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  expect(backOff.isWaitingSince('c', nowMs, nowMs + 299_999)).toBe(true);
  expect(backOff.isWaitingSince('c', nowMs, nowMs + 300_000)).toBe(false);
  const laterMs = nowMs + 700_000;
  expect(backOff.isWaitingSince('c', laterMs, laterMs)).toBe(false);
  backOff.next('c', laterMs, laterMs);
  expect(backOff.waitMs('c')).toBe(10_000);
});
