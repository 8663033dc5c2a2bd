import { describe, expect, it } from 'vitest';
import type { NodeGroup } from '../node-group.js';
import { balance } from './balance.js';

function group(name: string, targetSize: number, max: number): NodeGroup {
  return { name, min: 1, max, targetSize, nodes: [] };
}

function sizes(groups: readonly NodeGroup[], newNodes: number): Readonly<Record<string, number>> {
  const grown = balance(groups, newNodes);
  return Object.fromEntries(
    grown.map(({ group: { name, targetSize }, add }) => [name, targetSize + add]),
  );
}

describe('balancing', () => {
  const full = group('full', 1, 1);
  const small = group('small', 1, 3);
  const middle = group('middle', 3, 10);
  const large = group('large', 5, 7);

  it('gives all to a group that is alone, up to its maximum', () => {
    expect(sizes([group('one', 1, 10)], 4)).toEqual({ one: 5 });
    expect(sizes([full], 1)).toEqual({});
    expect(sizes([full, small], 5)).toEqual({ small: 3 });
  });

  it('levels the groups, and goes on with the others when one is full', () => {
    expect(sizes([small, middle], 4)).toEqual({ small: 3, middle: 5 });
    expect(sizes([small, middle, large], 9)).toEqual({ small: 3, middle: 8, large: 7 });
    expect(sizes([small, middle, large], 900)).toEqual({ small: 3, middle: 10, large: 7 });
  });

  it('leaves a group alone that is over its maximum', () => {
    expect(sizes([small, group('over', 6, 3)], 1)).toEqual({ small: 2 });
  });
});
