import { describe, expect, it } from 'vitest';
import { Random } from '../engine/random.js';
import { tieBreaker, tieRules, type TieRule } from './ties.js';

const names = ['a', 'b', 'c', 'd'];

function shares(rule: TieRule): number[] {
  const pick = tieBreaker(rule, new Random(3));
  const draws = Array.from({ length: 8000 }, () => pick(names));
  return names.map(name => draws.filter(drawn => drawn === name).length / draws.length);
}

describe('nodes with the same score', () => {
  it.each(['random', 'reservoir'] as const)('are drawn with equal odds: %s', rule => {
    for (const share of shares(rule)) expect(Math.abs(share - 0.25)).toBeLessThan(0.02);
  });

  it('are taken by name without a draw', () => {
    expect(shares('smallest-name')).toEqual([1, 0, 0, 0]);
  });

  it('are drawn in another sequence by the reservoir', () => {
    const sequence = (rule: TieRule) => {
      const pick = tieBreaker(rule, new Random(3));
      return Array.from({ length: 20 }, () => pick(names)).join('');
    };
    expect(new Set(tieRules.map(sequence)).size).toBe(3);
  });
});
