import { describe, expect, it } from 'vitest';
import { UserError } from './errors.js';
import { flagField, numberField, readSettings, wholeField, wordField } from './settings.js';

const fields = {
  delta: numberField(0.002, { above: 0, below: 1 }),
  clock: wholeField(32, { min: 1, max: 1000 }),
  mode: wordField('both', ['both', 'up', 'down']),
  twoSided: flagField(false),
};
const read = (given: Readonly<Record<string, unknown>>) => readSettings('ADWIN', given, fields);

function refusal(given: Readonly<Record<string, unknown>>): [string, string | undefined] {
  try {
    read(given);
  } catch (error) {
    if (error instanceof UserError) return [error.message, error.details.next];
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('readSettings', () => {
  it('fills in what is not given', () => {
    expect(read({ clock: 8, mode: undefined })).toEqual({
      delta: 0.002,
      clock: 8,
      mode: 'both',
      twoSided: false,
    });
  });

  it('refuses a name that it does not know, and says which is near', () => {
    expect(refusal({ clok: 3 })).toEqual(['ADWIN: clok is not a setting', 'did you mean clock?']);
    expect(refusal({ toString: 3 })).toEqual([
      'ADWIN: toString is not a setting',
      'it has delta, clock, mode, twoSided',
    ]);
  });

  it.each([
    [{ delta: 0 }, 'ADWIN: delta must be above 0, is 0'],
    [{ delta: 1 }, 'ADWIN: delta must be below 1, is 1'],
    [{ delta: NaN }, 'ADWIN: delta must be a number, is NaN'],
    [{ clock: 0 }, 'ADWIN: clock must be at least 1, is 0'],
    [{ clock: 2000 }, 'ADWIN: clock must be at most 1000, is 2000'],
    [{ clock: 1.5 }, 'ADWIN: clock must be a whole number, is 1.5'],
    [{ clock: null }, 'ADWIN: clock must be a whole number, is null'],
    [{ mode: 'upp' }, 'ADWIN: mode must be one of both, up, down, is "upp"; did you mean up?'],
    [{ twoSided: 'yes' }, 'ADWIN: twoSided must be true or false, is "yes"'],
  ])('refuses %j', (given, message) => {
    expect(refusal(given)[0]).toBe(message);
  });
});
