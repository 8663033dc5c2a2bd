import { expect, it } from 'vitest';
import { IdSet } from './id-set.js';

it('knows each id once, random or counted up, and other texts', () => {
  const set = new IdSet();
  const ids = Array.from({ length: 20_000 }, (_, index) => {
    const text = index.toString(16);
    return index % 2 === 0
      ? `00000000-0000-4000-8000-${text.padStart(12, '0')}`
      : `${text.padStart(8, '0')}-0000-4000-8000-000000000000`;
  });
  expect(ids.every(id => set.add(id))).toBe(true);
  expect(ids.some(id => set.add(id))).toBe(false);
  expect(ids.every(id => set.has(id))).toBe(true);
  expect([set.has('ffffffff-0000-4000-8000-000000000000'), set.has('x')]).toEqual([false, false]);
  expect([set.add('x'), set.add('x')]).toEqual([true, false]);
  const zero = '00000000-0000-0000-0000-000000000000';
  expect([set.add(zero), set.add(zero)]).toEqual([true, false]);
});
