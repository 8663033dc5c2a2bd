import { expect, it } from 'vitest';
import { Random } from '../../../sim/engine/random.js';
import { UserError } from '../../input/errors.js';
import type { Dataset } from '../model.js';
import { LogisticRegressionModel } from './model.js';
import { logisticRegression } from './logistic-regression.js';

const random = new Random(3).fork('rows');
const rows = 200;
const values = new Float64Array(rows * 3).map((_, index) =>
  index % 3 === 2 ? 5 : random.float() * (index % 3 === 0 ? 1 : 1000),
);
const labels = new Uint8Array(rows).map((_, row) =>
  (values[row * 3] ?? 0) + random.float() > 1.2 ? 1 : 0,
);
const data: Dataset = { rows, columns: 3, values, labels };

function train(settings: Record<string, unknown>, from = data): LogisticRegressionModel {
  const model = logisticRegression.train(from, settings);
  if (!(model instanceof LogisticRegressionModel)) throw new Error('another kind of model');
  return model;
}

it.each([0.01, 1, 100])('stands where the objective is level, with C = %d', C => {
  const model = train({ C, tolerance: 1e-10 });
  const { means, scales, weights } = model.parameters;
  const scores = new Float64Array(rows);
  model.score(values, rows, scores);
  const slopes = Float64Array.from(weights);
  let interceptSlope = 0;
  for (let row = 0; row < rows; row++) {
    const miss = (scores[row] ?? 0) - (labels[row] ?? 0);
    interceptSlope += miss;
    for (let column = 0; column < 3; column++) {
      const value = values[row * 3 + column] ?? 0;
      const standard = (value - (means[column] ?? 0)) / (scales[column] ?? 1);
      slopes[column] = (slopes[column] ?? 0) + C * miss * standard;
    }
  }
  expect(interceptSlope).toBeCloseTo(0, 8);
  for (const slope of slopes) expect(slope).toBeCloseTo(0, 8);
});

it('gives a column that never changes no weight', () => {
  const { scales, weights } = train({}).parameters;
  expect(scales[2]).toBe(1);
  expect(weights[2]).toBe(0);
});

it('shrinks the weights with C', () => {
  const size = (C: number): number => Math.hypot(...train({ C }).parameters.weights);
  expect(size(0.01)).toBeLessThan(size(1));
  expect(size(1)).toBeLessThan(size(100));
});

it('finds the weights of classes that a line parts, which without a penalty would be infinite', () => {
  const parted = {
    ...data,
    labels: labels.map((_, row) => ((values[row * 3] ?? 0) > 0.5 ? 1 : 0)),
  };
  expect(train({ C: 1e6 }, parted).parameters.weights[0]).toBeGreaterThan(50);
});

it('says so when it may not go on until it converges', () => {
  expect(() => train({ iterationsMax: 2 })).toThrow('did not converge in 2 iterations');
});

it('says so when next to no penalty is left on classes that a line parts', () => {
  const parted = {
    ...data,
    labels: labels.map((_, row) => ((values[row * 3] ?? 0) > 0.5 ? 1 : 0)),
  };
  expect(() => train({ C: 1e300 }, parted)).toThrow(UserError);
});

it('takes a value that is missing or infinite for the mean', () => {
  const model = train({});
  const { means } = model.parameters;
  const scores = new Float64Array(4);
  const [amount = 0, , other = 0] = means;
  const row = [amount, 70, other];
  model.score(Float64Array.from([...row, NaN, 70, NaN, Infinity, 70, other, ...row]), 4, scores);
  for (const score of scores) expect(score).toBeCloseTo(scores[0] ?? 0, 12);
  expect(scores[0]).toBeGreaterThan(0);
});
