/** Whom a proxy passes over, and for how long. */
import { describe, expect, it } from 'vitest';
import type { OutlierDetection } from './kinds.js';
import { ejectableOf, OutlierDetector, outlierSettings } from './outlier-detection.js';
import type { AttemptOutcome } from './retries.js';

const pods = ['a', 'b', 'c', 'd'].map(ip => ({ ip }));
const failure: AttemptOutcome = { kind: 'answer', status: 503 };
const success: AttemptOutcome = { kind: 'answer', status: 200 };

function detector(from: OutlierDetection): OutlierDetector {
  const settings = outlierSettings(from);
  if (settings === undefined) throw new Error('there are settings');
  const made = new OutlierDetector(settings, 0);
  made.healthy(pods, 0);
  return made;
}

const fail = (
  one: OutlierDetector,
  ip: string,
  times: number,
  atMs = 0,
  outcome: AttemptOutcome = failure,
) => {
  for (let count = 0; count < times; count++) one.put(ip, outcome, atMs);
};
const left = (one: OutlierDetector, atMs = 0) =>
  one
    .healthy(pods, atMs)
    .map(({ ip }) => ip)
    .join('');
const half = { maxEjectionPercent: 50 };

describe('a pod that fails again and again', () => {
  it('is passed over after five failures, one after another', () => {
    const one = detector(half);
    fail(one, 'a', 4);
    one.put('a', success, 0);
    fail(one, 'a', 4);
    expect(left(one)).toBe('abcd');
    fail(one, 'a', 1);
    expect(left(one)).toBe('bcd');
  });

  it('counts connections that fail, and answers of servers', () => {
    const one = detector({ ...half, consecutive5xxErrors: 2 });
    fail(one, 'a', 2, 0, { kind: 'connect-failure' });
    fail(one, 'b', 2, 0, { kind: 'answer', status: 500 });
    expect(left(one)).toBe('cd');
  });

  it('counts errors of gateways only where they are named', () => {
    const one = detector({ ...half, consecutive5xxErrors: 0, consecutiveGatewayErrors: 2 });
    fail(one, 'a', 9, 0, { kind: 'answer', status: 500 });
    fail(one, 'b', 2);
    expect(left(one)).toBe('acd');
  });

  it('counts connections apart where they are split', () => {
    const one = detector({
      ...{ ...half, consecutive5xxErrors: 1, splitExternalLocalOriginErrors: true },
      consecutiveLocalOriginFailures: 3,
    });
    fail(one, 'a', 2, 0, { kind: 'connect-failure' });
    expect(left(one)).toBe('abcd');
    fail(one, 'a', 1, 0, { kind: 'connect-failure' });
    expect(left(one)).toBe('bcd');
  });
});

describe('how many are passed over', () => {
  it('is none of fewer than ten, where nothing is said', () => {
    const one = detector({});
    fail(one, 'a', 5);
    expect(left(one)).toBe('abcd');
    const settings = outlierSettings({});
    expect(settings && [9, 10, 19, 20].map(hosts => ejectableOf(hosts, settings))).toEqual([
      0, 1, 1, 2,
    ]);
  });

  it('is no more than the part that is said', () => {
    const one = detector(half);
    for (const { ip } of pods) fail(one, ip, 5);
    expect(left(one)).toBe('cd');
  });

  it('does not matter where too few are left', () => {
    const one = detector({ maxEjectionPercent: 100, minHealthPercent: 50 });
    for (const ip of ['a', 'b']) fail(one, ip, 5);
    expect(left(one)).toBe('cd');
    fail(one, 'c', 5);
    expect(left(one)).toBe('abcd');
  });
});

it('comes back at the end of an interval, and later each time', () => {
  const one = detector({ ...half, baseEjectionTime: '30s', interval: '10s' });
  fail(one, 'a', 5, 5_000);
  expect([left(one, 39_999), left(one, 40_000)]).toEqual(['bcd', 'abcd']);
  fail(one, 'a', 5, 41_000);
  expect([left(one, 109_999), left(one, 110_000)]).toEqual(['bcd', 'abcd']);
});
