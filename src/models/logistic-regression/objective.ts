/** The penalised likelihood of a logistic regression, with its slope and curvature, in one pass. */
import { logistic } from '../logistic.js';

/** The rows that are fitted. */
export interface Design {
  readonly rows: number;
  /** Row after row, the first of each being 1 for the intercept. */
  readonly matrix: Float64Array;
  readonly labels: Uint8Array;
  /** The weight of the squared weights, half of which is added to the loss: 1 / C. */
  readonly penalty: number;
}

/** The objective around a point. */
export interface Objective {
  readonly loss: number;
  readonly gradient: Float64Array;
  /** The lower triangle, row after row. */
  readonly hessian: Float64Array;
}

/** Evaluates the objective at the weights, of which the first is the intercept. */
export function objectiveAt(design: Design, weights: Float64Array): Objective {
  const { rows, matrix, labels } = design;
  const width = weights.length;
  const gradient = new Float64Array(width);
  const hessian = new Float64Array(width * width);
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const from = row * width;
    let margin = 0;
    for (let i = 0; i < width; i++) margin += (matrix[from + i] ?? 0) * (weights[i] ?? 0);
    const label = labels[row] ?? 0;
    const probability = logistic(margin);
    loss += Math.max(margin, 0) - label * margin + Math.log1p(Math.exp(-Math.abs(margin)));
    const miss = probability - label;
    const curvature = probability * (1 - probability);
    for (let i = 0; i < width; i++) {
      const value = matrix[from + i] ?? 0;
      gradient[i] = (gradient[i] ?? 0) + miss * value;
      const scaled = curvature * value;
      const line = i * width;
      for (let j = 0; j <= i; j++) {
        hessian[line + j] = (hessian[line + j] ?? 0) + scaled * (matrix[from + j] ?? 0);
      }
    }
  }
  return { loss: loss + penalise(design.penalty, weights, gradient, hessian), gradient, hessian };
}

/** Adds the penalty to slope and curvature and returns its loss; the intercept goes free. */
function penalise(
  penalty: number,
  weights: Float64Array,
  gradient: Float64Array,
  hessian: Float64Array,
): number {
  let squares = 0;
  for (let i = 1; i < weights.length; i++) {
    const weight = weights[i] ?? 0;
    squares += weight * weight;
    gradient[i] = (gradient[i] ?? 0) + penalty * weight;
    const diagonal = i * weights.length + i;
    hessian[diagonal] = (hessian[diagonal] ?? 0) + penalty;
  }
  return (penalty * squares) / 2;
}
