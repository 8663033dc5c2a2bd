/** How many Workflows run at a time. @upstream workflow/sync/multi_throttler_test.go */
import { expect, it } from 'vitest';
import { Throttler } from './throttler.js';

function throttler(all: number, inNamespace = 0) {
  const queued: string[] = [];
  const made = new Throttler(key => queued.push(key));
  made.limit({ all, inNamespace });
  const add = (key: string, priority = 0, createdMs = 0) => made.add({ key, priority, createdMs });
  return { made, queued, add };
}

it('lets all run where there is no bound', () => {
  const { made, add } = throttler(0);
  add('a/0');
  add('b/1');
  expect([made.admits('a/0'), made.admits('b/1')]).toEqual([true, true]);
});

it('lets as many run as it may, and the next when one is over', () => {
  const { made, queued, add } = throttler(2);
  for (const key of ['a/0', 'a/1', 'b/0', 'b/1']) add(key);
  expect(['a/0', 'a/1', 'b/0', 'b/1'].map(key => made.admits(key))).toEqual([
    ...[true, true, false, false],
  ]);
  made.remove('a/1');
  expect(queued).toEqual(['a/0', 'a/1', 'b/0']);
  expect(made.admits('b/1')).toBe(false);
  made.remove('b/1');
  made.remove('a/0');
  expect(made.admits('b/1')).toBe(false);
});

it('bounds each namespace', () => {
  const { made, add } = throttler(4, 1);
  for (const key of ['a/0', 'a/1', 'b/0']) add(key);
  expect(['a/0', 'a/1', 'b/0'].map(key => made.admits(key))).toEqual([true, false, true]);
  made.remove('a/0');
  expect(made.admits('a/1')).toBe(true);
});

it('lets the more urgent go first, then the older', () => {
  const { made, queued, add } = throttler(1);
  add('a/running');
  add('a/low', 1, 1);
  add('a/young', 5, 9);
  add('a/old', 5, 2);
  for (const key of ['a/running', 'a/old', 'a/young']) made.remove(key);
  expect(queued).toEqual(['a/running', 'a/old', 'a/young', 'a/low']);
});

it('counts those that ran before it began', () => {
  const { made, add } = throttler(1);
  made.restore('a/0');
  add('a/1');
  expect([made.admits('a/0'), made.admits('a/1')]).toEqual([true, false]);
});
