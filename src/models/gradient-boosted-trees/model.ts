/** A trained forest as a model. */
import { logistic } from '../logistic.js';
import type { Model } from '../model.js';
import {
  refuseWritten,
  writtenCount,
  writtenModel,
  writtenNumber,
  writtenNumbers,
} from '../written.js';
import { forestMargins, type Forest } from './forest.js';
import { leafMasks, maskedMargins, type LeafMasks } from './leaf-masks.js';
import { forestToOnnx } from './onnx.js';
import { depthMax, treesMax } from './settings.js';

/** The kind's name. */
export const gradientBoostedTreesName = 'gradient-boosted-trees';

/** Bounds what `parse` takes. */
const columnsMax = 100_000;

/** A missing value (NaN) goes right at every node, as it did in training. */
export class GradientBoostedTreesModel implements Model {
  readonly kind = gradientBoostedTreesName;
  readonly columns: number;
  private readonly masks: LeafMasks | undefined;

  constructor(readonly forest: Forest) {
    this.columns = forest.columns;
    this.masks = leafMasks(forest);
  }

  score(values: Float64Array, rows: number, scores: Float64Array): void {
    if (this.masks === undefined) forestMargins(this.forest, values, rows, scores);
    else maskedMargins(this.masks, values, rows, scores);
    for (let row = 0; row < rows; row++) scores[row] = logistic(scores[row] ?? 0);
  }

  toJSON(): unknown {
    const { trees, depth, columns, base, features, thresholds, leaves } = this.forest;
    return {
      kind: this.kind,
      columns,
      trees,
      depth,
      base,
      features: [...features],
      thresholds: [...thresholds],
      leaves: [...leaves],
    };
  }

  toOnnx(): Uint8Array {
    return forestToOnnx(this.forest);
  }
}

/** Reads what `toJSON` gave. */
export function parseGradientBoostedTrees(written: unknown): GradientBoostedTreesModel {
  const kind = gradientBoostedTreesName;
  const fields = writtenModel(kind, written);
  const columns = writtenCount(kind, fields, 'columns', columnsMax);
  const trees = writtenCount(kind, fields, 'trees', treesMax);
  const depth = writtenCount(kind, fields, 'depth', depthMax);
  const size = trees << depth;
  const features = writtenNumbers(kind, fields, 'features', size);
  const isColumn = (feature: number): boolean =>
    Number.isInteger(feature) && feature >= 0 && feature < columns;
  if (!features.every(isColumn)) {
    refuseWritten(kind, `features must be whole numbers from 0 to ${columns - 1}`);
  }
  return new GradientBoostedTreesModel({
    trees,
    depth,
    columns,
    base: writtenNumber(kind, fields, 'base'),
    features: Int32Array.from(features),
    thresholds: writtenNumbers(kind, fields, 'thresholds', size),
    leaves: writtenNumbers(kind, fields, 'leaves', size),
  });
}
