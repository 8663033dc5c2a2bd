/** A trained logistic regression. */
import { logistic } from '../logistic.js';
import type { Model } from '../model.js';
import { writtenCount, writtenModel, writtenNumber, writtenNumbers } from '../written.js';
import { logisticRegressionToOnnx } from './onnx.js';

/** The kind's name. */
export const logisticRegressionName = 'logistic-regression';

/** Bounds what `parse` allocates. */
const columnsMax = 100_000;

/** What a fit found; weights are of standardised columns. */
export interface LogisticParameters {
  readonly means: Float64Array;
  readonly scales: Float64Array;
  readonly weights: Float64Array;
  readonly intercept: number;
}

/** A value that is missing (NaN) or infinite counts as the training mean of its column. */
export class LogisticRegressionModel implements Model {
  readonly kind = logisticRegressionName;
  readonly columns: number;
  /** The weights of the columns as they come, so that a score costs one product a column. */
  private readonly rawWeights: Float64Array;
  private readonly rawIntercept: number;

  constructor(readonly parameters: LogisticParameters) {
    const { means, scales, weights, intercept } = parameters;
    this.columns = weights.length;
    this.rawWeights = weights.map((weight, column) => weight / (scales[column] ?? 1));
    this.rawIntercept = this.rawWeights.reduce(
      (sum, weight, column) => sum - weight * (means[column] ?? 0),
      intercept,
    );
  }

  score(values: Float64Array, rows: number, scores: Float64Array): void {
    const { columns, rawWeights, rawIntercept } = this;
    for (let row = 0; row < rows; row++) {
      const from = row * columns;
      let margin = rawIntercept;
      for (let column = 0; column < columns; column++) {
        margin += (values[from + column] ?? 0) * (rawWeights[column] ?? 0);
      }
      scores[row] = logistic(Number.isFinite(margin) ? margin : this.marginWithGaps(values, from));
    }
  }

  toJSON(): unknown {
    const { means, scales, weights, intercept } = this.parameters;
    return {
      kind: this.kind,
      columns: this.columns,
      means: [...means],
      scales: [...scales],
      weights: [...weights],
      intercept,
    };
  }

  toOnnx(): Uint8Array {
    return logisticRegressionToOnnx(this.parameters);
  }

  private marginWithGaps(values: Float64Array, from: number): number {
    let margin = this.rawIntercept;
    for (let column = 0; column < this.columns; column++) {
      const value = values[from + column] ?? NaN;
      const known = Number.isFinite(value) ? value : (this.parameters.means[column] ?? 0);
      margin += known * (this.rawWeights[column] ?? 0);
    }
    return margin;
  }
}

/** Reads what `toJSON` gave. */
export function parseLogisticRegression(written: unknown): LogisticRegressionModel {
  const kind = logisticRegressionName;
  const fields = writtenModel(kind, written);
  const columns = writtenCount(kind, fields, 'columns', columnsMax);
  return new LogisticRegressionModel({
    means: writtenNumbers(kind, fields, 'means', columns),
    scales: writtenNumbers(kind, fields, 'scales', columns),
    weights: writtenNumbers(kind, fields, 'weights', columns),
    intercept: writtenNumber(kind, fields, 'intercept'),
  });
}
