/** The exported files, scored by onnxruntime: an implementation that is not ours. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../sim/engine/random.js';
import { onnxDifference } from '../../../test/models/onnxruntime.js';
import { gradientBoostedTrees } from '../gradient-boosted-trees/gradient-boosted-trees.js';
import { modelKinds } from '../kinds.js';
import type { Dataset } from '../model.js';

/** Rows of which some values repeat, some are large and some are missing. */
function rowsOf(rows: number, seed: number): Dataset {
  const random = new Random(seed).fork('rows');
  const values = new Float64Array(rows * 5).map((_, index) => {
    if (random.float() < 0.03) return NaN;
    return index % 5 === 0 ? random.integer(4) : random.float() * 10 ** (index % 5);
  });
  const labels = new Uint8Array(rows).map((_, row) => {
    const isHigh = (values[row * 5] ?? 0) > 1 && (values[row * 5 + 2] ?? 0) > 40;
    return random.float() < (isHigh ? 0.7 : 0.05) ? 1 : 0;
  });
  return { rows, columns: 5, values, labels };
}

const known = rowsOf(2000, 1);
const fresh = rowsOf(1000, 2);

describe.each(modelKinds)('$name as ONNX', kind => {
  it('scores as the model does, to single precision', async () => {
    expect(await onnxDifference(kind.train(known), fresh)).toBeLessThan(1e-5);
  });
});

it.each([1, 2, 5])('holds for trees of depth %d', async depth => {
  const model = gradientBoostedTrees.train(known, { depth, trees: 20, learningRate: 0.3 });
  expect(await onnxDifference(model, fresh)).toBeLessThan(1e-5);
});
