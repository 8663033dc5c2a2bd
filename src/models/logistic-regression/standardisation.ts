/** Standardisation: each column is moved and scaled to mean 0 and deviation 1 on the training rows. */
import type { Dataset } from '../model.js';

/** Mean and deviation of each column. */
export interface Standardisation {
  readonly means: Float64Array;
  /** The population's standard deviation; 1 for a column that never changes. */
  readonly scales: Float64Array;
}

/** Fitted as scikit-learn's StandardScaler is: missing values (NaN) are left out. */
export function fitStandardisation({ rows, columns, values }: Dataset): Standardisation {
  const means = new Float64Array(columns);
  const scales = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    let count = 0;
    let sum = 0;
    for (let at = column; at < rows * columns; at += columns) {
      const value = values[at] ?? NaN;
      if (Number.isNaN(value)) continue;
      count++;
      sum += value;
    }
    const mean = count === 0 ? 0 : sum / count;
    let squares = 0;
    for (let at = column; at < rows * columns; at += columns) {
      const value = values[at] ?? NaN;
      if (!Number.isNaN(value)) squares += (value - mean) ** 2;
    }
    means[column] = mean;
    scales[column] = Math.sqrt(squares / Math.max(1, count)) || 1;
  }
  return { means, scales };
}

/** The standardised rows, each with a 1 before its columns for the intercept; NaN becomes the mean, 0. */
export function designMatrix(data: Dataset, { means, scales }: Standardisation): Float64Array {
  const { rows, columns, values } = data;
  const width = columns + 1;
  const design = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    design[row * width] = 1;
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column] ?? NaN;
      const standard = (value - (means[column] ?? 0)) / (scales[column] ?? 1);
      design[row * width + column + 1] = Number.isNaN(standard) ? 0 : standard;
    }
  }
  return design;
}
