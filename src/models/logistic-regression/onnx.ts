/** A logistic regression as an ONNX graph. */
import { encodeScorer, scorerNames } from '../onnx/scorer.js';
import type { LogisticParameters } from './model.js';

const domain = 'ai.onnx.ml';

/** The file: missing values filled with the means, standardised, weighed; all in single precision. */
export function logisticRegressionToOnnx(parameters: LogisticParameters): Uint8Array {
  const { means, scales, weights, intercept } = parameters;
  return encodeScorer('logistic-regression', weights.length, [
    {
      operator: 'Imputer',
      domain,
      input: scorerNames.features,
      output: 'filled',
      attributes: {
        imputed_value_floats: { floats: means },
        replaced_value_float: { float: NaN },
      },
    },
    {
      operator: 'Scaler',
      domain,
      input: 'filled',
      output: 'standardised',
      attributes: {
        offset: { floats: means },
        scale: { floats: scales.map(scale => 1 / scale) },
      },
    },
    {
      operator: 'LinearRegressor',
      domain,
      input: 'standardised',
      output: scorerNames.margin,
      attributes: {
        coefficients: { floats: weights },
        intercepts: { floats: [intercept] },
        targets: { int: 1 },
      },
    },
  ]);
}
