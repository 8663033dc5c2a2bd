import { expect, test } from 'vitest';
import { parseLocated } from './located.js';

test('a text that is read again gives values of its own, under the name of its file', () => {
  const text = 'a: { b: [1, 2] }\n---\nc: 3\n';
  const [first] = parseLocated(text, 'one.yaml').map(
    ({ value }) => value as { a: { b: number[] } },
  );
  first?.a.b.push(9);
  const [again, second] = parseLocated(text, 'other.yaml');
  expect(again?.value).toEqual({ a: { b: [1, 2] } });
  expect(again?.file).toBe('other.yaml');
  expect(second?.lineOf(['c'])).toBe(3);
});

test('what is wrong with a text is told each time, with the file that is read', () => {
  const wrong = 'a: 1\na: 2\n';
  expect(() => parseLocated(wrong, 'one.yaml')).toThrow(/Map keys must be unique/);
  expect(() => parseLocated(wrong, 'other.yaml')).toThrow(/other\.yaml/);
});
