/** Gradient-boosted trees on histograms. */
import { checkDataset } from '../dataset.js';
import type { ModelKind } from '../model.js';
import { readSettings } from '../settings.js';
import { boost } from './boost.js';
import {
  GradientBoostedTreesModel,
  gradientBoostedTreesName,
  parseGradientBoostedTrees,
} from './model.js';
import { treeSettings } from './settings.js';

/**
 * Boosted trees for the log loss with second-order gains and leaf values (Chen and Guestrin, XGBoost, 2016),
 * splits sought among at most 255 bins a column (Ke et al., LightGBM, 2017), grown depth by depth. Settings:
 * trees (100), depth (3), learningRate (0.1), minChildWeight (1), lambda (1), bins (255). No sampling: equal
 * data give an equal model. Missing values (NaN) rank above all others.
 */
export const gradientBoostedTrees: ModelKind = {
  name: gradientBoostedTreesName,
  revision: 1,
  settings: (given = {}) => readSettings(gradientBoostedTreesName, treeSettings, given),
  train(data, settings = {}) {
    const read = readSettings(gradientBoostedTreesName, treeSettings, settings);
    checkDataset(data);
    return new GradientBoostedTreesModel(boost(data, read).forest);
  },
  parse: parseGradientBoostedTrees,
};
