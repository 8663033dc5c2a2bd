import { expect, it } from 'vitest';
import { UserError } from '../input/errors.js';
import { readSettings } from './settings.js';

const fields = {
  trees: { default: 100, min: 1, max: 500, isInteger: true },
  learningRate: { default: 0.1, above: 0 },
};

const read = (given: Record<string, unknown>): object => readSettings('forest', fields, given);

it('lays the given settings over the defaults', () => {
  expect(read({})).toEqual({ trees: 100, learningRate: 0.1 });
  expect(read({ trees: 5, learningRate: undefined })).toEqual({ trees: 5, learningRate: 0.1 });
});

it.each([
  [{ tress: 5 }, 'forest: unknown setting "tress"', 'did you mean trees?'],
  [{ verbose: 1 }, 'forest: unknown setting "verbose"', 'known here: trees, learningRate'],
  [{ trees: 1.5 }, 'forest: trees must be a whole number, is 1.5', 'the default is 100'],
  [{ trees: 0 }, 'forest: trees must be at least 1, is 0', 'the default is 100'],
  [{ trees: 501 }, 'forest: trees must be at most 500, is 501', 'the default is 100'],
  [{ trees: '5' }, 'forest: trees must be a finite number, is "5"', 'the default is 100'],
  [{ learningRate: 0 }, 'forest: learningRate must be greater than 0, is 0', 'the default is 0.1'],
  [
    { learningRate: NaN },
    'forest: learningRate must be a finite number, is NaN',
    'the default is 0.1',
  ],
])('refuses %j', (given, message, next) => {
  let caught: unknown;
  try {
    read(given);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(UserError);
  expect(caught).toMatchObject({ message, details: { code: 'bad-setting', next } });
});
