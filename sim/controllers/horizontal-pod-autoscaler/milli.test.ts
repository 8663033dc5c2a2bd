import { expect, it } from 'vitest';
import { milliText } from './milli.js';

it('prints amounts of memory as the API server stores them', () => {
  expect(milliText(190_000_000_000n, 'BinarySI')).toBe('190M');
  expect(milliText(196_608_000n, 'BinarySI')).toBe('192Ki');
  expect(milliText(1500n, 'BinarySI')).toBe('1500m');
});
