/** Sets of indexes: how they are written, read and joined. */
import { describe, expect, it } from 'vitest';
import { has, merged, overlap, parsed, printed, total, withIndexes } from './intervals.js';

describe('intervals', () => {
  it('tells two neighbours as two and three as a range', () => {
    expect(printed(withIndexes([], [4, 0, 2, 3, 6, 7]))).toBe('0,2-4,6,7');
    expect(printed([])).toBe('');
  });

  it('reads back what it tells, without indexes that are out of range', () => {
    expect(printed(parsed('0,2-4,6,7', 10))).toBe('0,2-4,6,7');
    expect(printed(parsed('0,2-9,12', 5))).toBe('0,2-4');
    expect(printed(parsed('1,x,3-y,4', 10))).toBe('1,4');
  });

  it('joins what overlaps or touches', () => {
    const joined = merged(parsed('0-3,8', 20), parsed('2-5,7,10', 20));
    expect(printed(joined)).toBe('0-5,7,8,10');
    expect(total(joined)).toBe(9);
    expect(has(joined, 6)).toBe(false);
    expect(overlap(joined, parsed('3-7', 20))).toBe(4);
  });
});
