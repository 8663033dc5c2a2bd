import { expect, it } from 'vitest';
import { retryPolicy } from '../../../sim/network/mesh/retries.js';
import { isTriedAgain, sharesOf } from './tried-again.js';

it('loses what fails at each pod that was tried', () => {
  const usual = retryPolicy(undefined);
  expect(sharesOf(4, 1, undefined)).toEqual({ other: 1 / 4, lost: 1 / 4 });
  expect(sharesOf(4, 1, usual)).toEqual({ other: 1 / 3, lost: 0 });
  expect(sharesOf(4, 2, usual)).toEqual({ other: 1 / 2, lost: 0 });
  const { other, lost } = sharesOf(4, 3, usual);
  expect([other, lost * 3]).toEqual([3 / 4, 1 / 4].map(one => expect.closeTo(one)));
  expect(sharesOf(2, 2, usual)).toEqual({ other: 0, lost: 1 / 2 });
  const hashed = retryPolicy(undefined, { isHashed: true });
  expect(sharesOf(4, 2, hashed)).toEqual({ other: 1 / 4, lost: 1 / 4 });
});

it('takes what a sidecar says in place of its program for an answer', () => {
  const usual = retryPolicy(undefined);
  expect([isTriedAgain(usual, false), isTriedAgain(usual, true)]).toEqual([true, false]);
  expect(isTriedAgain(retryPolicy({ attempts: 1, retryOn: '5xx' }), true)).toBe(true);
  expect(isTriedAgain(undefined, false)).toBe(false);
});
