import { describe, expect, it } from 'vitest';
import { dealt, readShard, runsOf } from './shard.js';

describe('a shard', () => {
  it('is read', () => {
    expect(readShard('2/8')).toEqual({ index: 2, total: 8 });
  });

  it.each(['0/8', '9/8', '2', 'a/b', '1.5/3', 'index/4'])('refuses %s', text => {
    expect(() => readShard(text)).toThrow(`"${text}" is no shard`);
  });

  it.each([1, 2, 3, 7, 1000])('shares %d runs without gap or overlap', runs => {
    const total = 3;
    const numbers = [1, 2, 3].flatMap(index => {
      const { firstRun, runs: count } = runsOf(runs, { index, total });
      return Array.from({ length: count }, (_, offset) => firstRun + offset);
    });
    expect(numbers).toEqual(Array.from({ length: runs }, (_, index) => index));
  });

  it('deals a list', () => {
    const items = ['a', 'b', 'c', 'd'];
    expect([1, 2, 3].map(index => dealt(items, { index, total: 3 }))).toEqual([
      ['a', 'd'],
      ['b'],
      ['c'],
    ]);
  });
});
