/** What the training of boosted trees can be set to. */
import type { NumberSetting } from '../settings.js';

/** The most trees of a model. */
export const treesMax = 10_000;

/** The deepest trees: they are stored as perfect ones, so each level doubles their size. */
export const depthMax = 12;

/** The settings; learning rate, child weight and lambda mean what they mean in XGBoost. */
export const treeSettings = {
  trees: { default: 100, min: 1, max: treesMax, isInteger: true },
  /** Questions from root to leaf. */
  depth: { default: 3, min: 1, max: depthMax, isInteger: true },
  learningRate: { default: 0.1, above: 0, max: 1 },
  /** The least sum of p (1 - p) over a leaf's rows. */
  minChildWeight: { default: 1, min: 0 },
  /** The penalty of squared leaf values. */
  lambda: { default: 1, min: 0 },
  /** The most bins that a column is cut into. */
  bins: { default: 255, min: 2, max: 255, isInteger: true },
} satisfies Readonly<Record<string, NumberSetting>>;
