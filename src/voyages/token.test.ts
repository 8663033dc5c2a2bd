import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { version } from '../version.js';
import type { VoyagePlan } from './plan.js';
import { readToken, tokenOf } from './token.js';

const made = (value: unknown): string =>
  `st1:${deflateRawSync(JSON.stringify(value)).toString('base64url')}`;

describe('a token', () => {
  it('says the plan that it was made from', () => {
    const plan: VoyagePlan = {
      cluster: { pools: [{ name: 'cpu', count: 1 }] },
      objects: [],
      events: [],
      seed: 7,
      settleMs: 1000,
    };
    expect(readToken(tokenOf({ plan }))).toEqual({ kind: 'plan', plan });
  });

  it.each([
    ['no token', 'st9:abc', '"st9:abc" is not a token'],
    ['not compressed', 'st1:abc', 'the token is damaged'],
    ['of no version', made([1]), 'the token is damaged'],
    ['of another version', made({ v: '9.9.9', p: {} }), 'the token was made by seatrial 9.9.9'],
    ['without a plan in it', made({ v: version, p: {} }), 'the token is damaged'],
    ['empty', made({ v: version }), 'the token says nothing'],
  ])('that is %s is refused', (_what, token, message) => {
    expect(() => readToken(token)).toThrow(message);
  });
});
