import { expect, it } from 'vitest';
import { FailedPodBackOff } from './back-off.js';

const minuteMs = 60_000;

it('doubles, and begins anew after half an hour', () => {
  const backOff = new FailedPodBackOff();
  backOff.next('a', 0);
  expect([backOff.waiting('a', 500), backOff.waiting('a', 1000)]).toEqual([1000, undefined]);
  backOff.next('a', 1000);
  expect(backOff.waiting('a', 2000)).toBe(2000);
  backOff.next('a', 32 * minuteMs);
  expect(backOff.waiting('a', 32 * minuteMs)).toBe(1000);
});

it('forgets keys that have not failed for half an hour', () => {
  const backOff = new FailedPodBackOff();
  for (let minute = 0; minute < 10_000; minute++) {
    backOff.next(`set/${minute}/node`, minute * minuteMs);
    backOff.next('always', minute * minuteMs);
    expect(backOff.size).toBeLessThanOrEqual(32);
  }
  expect(backOff.waiting('always', 10_000 * minuteMs)).toBe(15 * minuteMs);
});
