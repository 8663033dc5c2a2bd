import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/engine/random.js';
import { modelKind, modelKinds } from './kinds.js';
import type { Dataset, Model } from './model.js';
import { rocAuc } from './performance/roc-auc.js';

/** Rows whose label follows the first two of their columns, with noise. */
function noisy(rows: number, seed: number): Dataset {
  const random = new Random(seed).fork('rows');
  const values = new Float64Array(rows * 4).map(() => random.float() * 10);
  const labels = new Uint8Array(rows).map((_, row) => {
    const margin = (values[row * 4] ?? 0) - (values[row * 4 + 1] ?? 0) + random.float() * 4;
    return margin > 3 ? 1 : 0;
  });
  return { rows, columns: 4, values, labels };
}

function scoresOf(model: Model, { rows, values }: Dataset): Float64Array {
  const scores = new Float64Array(rows);
  model.score(values, rows, scores);
  return scores;
}

const known = noisy(600, 1);
const fresh = noisy(300, 2);

describe.each(modelKinds)('$name', kind => {
  it('learns what holds of rows that it has not seen', () => {
    expect(rocAuc(fresh.labels, scoresOf(kind.train(known), fresh))).toBeGreaterThan(0.95);
  });

  it('gives an equal model for equal data and settings', () => {
    expect(JSON.stringify(kind.train(known))).toBe(JSON.stringify(kind.train(noisy(600, 1))));
  });

  it('reads what it wrote, to the bit', () => {
    const model = kind.train(known);
    const again = kind.parse(JSON.parse(JSON.stringify(model)));
    expect(scoresOf(again, fresh)).toEqual(scoresOf(model, fresh));
    expect(JSON.stringify(again)).toBe(JSON.stringify(model));
  });

  it('scores a row alone as among others', () => {
    const model = kind.train(known);
    const together = scoresOf(model, fresh);
    const one = new Float64Array(1);
    for (let row = 0; row < fresh.rows; row++) {
      model.score(fresh.values.subarray(row * 4, row * 4 + 4), 1, one);
      expect(one[0]).toBe(together[row]);
    }
  });

  it('learns and scores with values missing', () => {
    const values = known.values.map((value, index) => (index % 7 === 0 ? NaN : value));
    const model = kind.train({ ...known, values });
    const gaps = fresh.values.map((value, index) => (index % 4 === 1 ? NaN : value));
    const scores = scoresOf(model, { ...fresh, values: gaps });
    expect(scores.every(score => score > 0 && score < 1)).toBe(true);
    expect(rocAuc(fresh.labels, scores)).toBeGreaterThan(0.7);
  });

  it('refuses settings and data that it cannot take', () => {
    expect(() => kind.train(known, { iterationMax: 1, tree: 1 })).toThrow(/unknown setting/);
    expect(() => kind.train({ ...known, rows: 10 })).toThrow(/not 10 rows of 4 columns/);
    const labels = new Uint8Array(600);
    expect(() => kind.train({ ...known, labels })).toThrow(/all 600 labels are 0/);
    const infinite = known.values.with(9, Infinity);
    expect(() => kind.train({ ...known, values: infinite })).toThrow(/row 2, column 1 is Infinity/);
  });

  it('refuses to read what it did not write', () => {
    const written = JSON.parse(JSON.stringify(kind.train(known))) as Record<string, unknown>;
    expect(() => kind.parse('x')).toThrow(/not an object/);
    expect(() => kind.parse({ ...written, kind: 'other' })).toThrow(/its kind is "other"/);
    expect(() => kind.parse({ ...written, columns: 0 })).toThrow(/columns must be a whole number/);
    for (const name of Object.keys(written).filter(field => Array.isArray(written[field]))) {
      expect(() => kind.parse({ ...written, [name]: [1, null] })).toThrow(`${name} must be a list`);
    }
  });
});

it('finds a kind by name', () => {
  expect(modelKind('logistic-regression').name).toBe('logistic-regression');
  expect(() => modelKind('logistic-regresion')).toThrow(
    expect.objectContaining({
      details: expect.objectContaining({ next: 'did you mean logistic-regression?' }),
    }),
  );
});
