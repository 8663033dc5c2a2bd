import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { kubernetesTags } from './yaml-scalars.js';

const read = (text: string): unknown =>
  parse(`[${text}]`, { version: '1.1', customTags: kubernetesTags });

it('takes the words of YAML 1.1 for booleans, in the three ways to write them', () => {
  expect(read('y, Y, yes, Yes, YES, on, On, ON, true, True, TRUE')).toEqual(Array(11).fill(true));
  expect(read('n, N, no, No, NO, off, Off, OFF, false')).toEqual(Array(9).fill(false));
  expect(read('yEs, oN, tRUE, "y", \'on\'')).toEqual(['yEs', 'oN', 'tRUE', 'y', 'on']);
});

it('takes times, base 60 and lone dots for texts', () => {
  const texts = ['12:30', '12:30:45', '190:20:30.15', '2026-11-26', '2026-11-26T22:00:00Z', '.'];
  expect(read(texts.join(', '))).toEqual(texts);
  expect(read('-., .., 1.2.3')).toEqual(['-.', '..', '1.2.3']);
});

it('reads the integers that Go reads', () => {
  expect(read('0755, 0o755, -0O17, 0x1F, 0X1F, 0b11, 0B1_1, 1_000, 08')).toEqual([
    493, 493, -15, 31, 31, 3, 3, 1000, 8,
  ]);
  expect(read('.5, 1., 1e3, +.5')).toEqual([0.5, 1, 1000, 0.5]);
});
