/** Scores an exported model with onnxruntime, an implementation that is not ours. */
import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import type { Dataset, Model } from '../../src/models/model.js';
import { scorerNames } from '../../src/models/onnx/scorer.js';

/** The greatest difference of a row's probability between onnxruntime and the model. */
export async function onnxDifference(
  model: Model,
  { rows, columns, values }: Pick<Dataset, 'rows' | 'columns' | 'values'>,
): Promise<number> {
  env.wasm.numThreads = 1;
  const session = await InferenceSession.create(model.toOnnx());
  const features = new Tensor('float32', Float32Array.from(values), [rows, columns]);
  const answer = await session.run({ [scorerNames.features]: features });
  const theirs = answer[scorerNames.probability]?.data ?? [];
  const ours = new Float64Array(rows);
  model.score(values, rows, ours);
  return ours.reduce(
    (most, score, row) => Math.max(most, Math.abs(score - Number(theirs[row]))),
    0,
  );
}
