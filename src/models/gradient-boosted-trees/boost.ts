/** Boosting: each tree is grown on what those before it left wrong. */
import { logistic, logOdds } from '../logistic.js';
import type { Dataset } from '../model.js';
import { binRows } from './bins.js';
import { emptyForest, type Forest } from './forest.js';
import { TreeGrower, type GrowSettings } from './grow.js';

/** How a forest is trained. */
export interface BoostSettings extends GrowSettings {
  readonly trees: number;
  readonly depth: number;
  readonly bins: number;
}

/** What boosting gives. */
export interface Boosted {
  readonly forest: Forest;
  /** The log odds that the forest gives each training row. */
  readonly margins: Float64Array;
}

/** Trains a forest for the log loss; it starts from the log odds of the share of frauds. */
export function boost(data: Dataset, settings: BoostSettings): Boosted {
  const binned = binRows(data, settings.bins);
  const frauds = data.labels.reduce((sum, label) => sum + label, 0);
  const forest = emptyForest({
    trees: settings.trees,
    depth: settings.depth,
    columns: data.columns,
    base: logOdds(frauds / data.rows),
  });
  const grower = new TreeGrower(binned, forest, settings);
  const margins = new Float64Array(data.rows).fill(forest.base);
  const slopes = new Float64Array(2 * data.rows);
  for (let tree = 0; tree < settings.trees; tree++) {
    fillSlopes(margins, data.labels, slopes);
    grower.grow(tree, slopes, margins);
  }
  return { forest, margins };
}

/** Slope and curvature of the log loss of each row, in turn. */
function fillSlopes(margins: Float64Array, labels: Uint8Array, slopes: Float64Array): void {
  for (let row = 0; row < margins.length; row++) {
    const probability = logistic(margins[row] ?? 0);
    slopes[2 * row] = probability - (labels[row] ?? 0);
    slopes[2 * row + 1] = probability * (1 - probability);
  }
}
