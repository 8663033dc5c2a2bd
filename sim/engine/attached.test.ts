import { expect, test } from 'vitest';
import { Attached } from './attached.js';

test('an owner has one value for each that attached one', () => {
  const names = new Attached<object, string>();
  const sizes = new Attached<object, number>();
  const [one, other] = [{ a: 1 }, Object.freeze({ a: 2 })];
  names.set(one, 'one');
  names.set(other, 'other');
  sizes.set(other, 3);
  names.set(one, 'the one');
  expect([one, other].map(owner => names.get(owner))).toEqual(['the one', 'other']);
  expect([one, other].map(owner => sizes.get(owner))).toEqual([undefined, 3]);
});

test('what is attached is in no copy and cannot be seen', () => {
  const names = new Attached<object, string>();
  const owner = { a: 1 };
  names.set(owner, 'one');
  expect(Reflect.ownKeys(owner)).toEqual(['a']);
  expect(names.get({ ...owner })).toBeUndefined();
});

test('a value is made once', () => {
  const sizes = new Attached<readonly number[], number>();
  const owner = [1, 2];
  let count = 0;
  const make = (list: readonly number[]): number => {
    count++;
    return list.length;
  };
  expect([sizes.of(owner, make), sizes.of(owner, make), count]).toEqual([2, 2, 1]);
});
