import { expect, it } from 'vitest';
import { Loop } from '../../engine/loop.js';
import { MadeClaims } from './made-claims.js';

it('counts a claim as made until the cache was seen to have it, or an hour has passed', () => {
  const loop = new Loop();
  const made = new MadeClaims(loop);
  made.add('uid', 'x', 'pod-x-abcde');
  made.add('uid', 'y', 'pod-y-abcde');
  expect(made.find('uid', 'x')).toBe('pod-x-abcde');
  made.seen('uid', 'x');
  expect(made.find('uid', 'x')).toBeUndefined();
  expect(made.find('uid', 'y')).toBe('pod-y-abcde');
  loop.runUntil(loop.now() + 3_600_000);
  expect(made.find('uid', 'y')).toBeUndefined();
});
