import { expect, it } from 'vitest';
import { forgetBeyond, forgetOver, noteNewest } from './newest.js';

it('keeps keys in the order in which they were noted last', () => {
  const known = new Map<string, number>();
  for (const [at, key] of ['a', 'b', 'c', 'a'].entries()) noteNewest(known, key, at);
  expect([...known]).toEqual([
    ['b', 1],
    ['c', 2],
    ['a', 3],
  ]);
});

it('forgets what is over, up to the first that is not', () => {
  const known = new Map([
    ['a', 1],
    ['b', 5],
    ['c', 2],
  ]);
  forgetOver(known, value => value < 3);
  expect([...known.keys()]).toEqual(['b', 'c']);
});

it('forgets the oldest of too many', () => {
  const names = new Set(['a', 'b', 'c']);
  forgetBeyond(names, 3);
  expect(names.size).toBe(3);
  forgetBeyond(names, 1);
  expect([...names]).toEqual(['c']);
});
