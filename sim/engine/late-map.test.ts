import { describe, expect, it } from 'vitest';
import { LateMap, LateSet } from './late-map.js';

describe('A map that is made late', () => {
  it('is a map, empty or not', () => {
    const map = new LateMap<string, number>();
    expect([map.size, map.get('a'), map.has('a'), map.delete('a')]).toEqual([
      0,
      undefined,
      false,
      false,
    ]);
    expect([...map, ...map.keys(), ...map.values()]).toEqual([]);
    map.clear();
    map.set('b', 2).set('a', 1).set('b', 3);
    expect([...map]).toEqual([
      ['b', 3],
      ['a', 1],
    ]);
    expect([[...map.keys()], [...map.values()]]).toEqual([
      ['b', 'a'],
      [3, 1],
    ]);
    expect([map.delete('b'), map.size, map.get('a')]).toEqual([true, 1, 1]);
    map.clear();
    expect(map.size).toBe(0);
  });
});

describe('A set that is made late', () => {
  it('is a set, empty or not', () => {
    const set = new LateSet<string>();
    expect([set.size, set.has('a'), set.delete('a'), [...set]]).toEqual([0, false, false, []]);
    set.clear();
    set.add('b').add('a').add('b');
    expect([[...set], set.has('a'), set.delete('b'), set.size]).toEqual([
      ['b', 'a'],
      true,
      true,
      1,
    ]);
  });
});
