/** Logistic regression with an L2 penalty, as scikit-learn's default, on standardised columns. */
import { checkDataset } from '../dataset.js';
import type { Dataset, ModelKind } from '../model.js';
import { readSettings, type NumberSetting } from '../settings.js';
import {
  logisticRegressionName,
  LogisticRegressionModel,
  parseLogisticRegression,
} from './model.js';
import { fitNewton } from './newton.js';
import { designMatrix, fitStandardisation } from './standardisation.js';

const fields = {
  /** The inverse of the penalty's strength. */
  C: { default: 1, above: 0 },
  /** Passes over the rows; about 8 are needed. */
  iterationsMax: { default: 100, min: 1, max: 10_000, isInteger: true },
  /** Converged when no weight moves by more than this, times 1 + its size. */
  tolerance: { default: 1e-6, above: 0 },
} satisfies Readonly<Record<string, NumberSetting>>;

/**
 * Minimises half of |w|^2 + C times the log loss summed over the rows, the intercept unpenalised: the
 * objective of scikit-learn's `LogisticRegression()` behind a `StandardScaler`. Settings: C (1),
 * iterationsMax (100), tolerance (1e-6). Missing values (NaN) count as the mean of their column.
 */
export const logisticRegression: ModelKind = {
  name: logisticRegressionName,
  revision: 1,
  settings: (given = {}) => readSettings(logisticRegressionName, fields, given),
  train(data, settings = {}) {
    const { C, iterationsMax, tolerance } = readSettings(logisticRegressionName, fields, settings);
    checkDataset(data);
    return fit(data, 1 / C, { iterationsMax, tolerance });
  },
  parse: parseLogisticRegression,
};

function fit(
  data: Dataset,
  penalty: number,
  settings: { readonly iterationsMax: number; readonly tolerance: number },
): LogisticRegressionModel {
  const standardisation = fitStandardisation(data);
  const matrix = designMatrix(data, standardisation);
  const design = { rows: data.rows, matrix, labels: data.labels, penalty };
  const [intercept = 0, ...weights] = fitNewton(design, data.columns + 1, settings);
  return new LogisticRegressionModel({
    ...standardisation,
    weights: Float64Array.from(weights),
    intercept,
  });
}
