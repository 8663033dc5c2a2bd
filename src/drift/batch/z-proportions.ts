/** The detector of the z test of two proportions. */
import { zProportions } from '../statistics/z-proportions.js';
import { pairOfCategories } from './pair-of-categories.js';
import { significanceDetector } from './kinds.js';

/** Two categories, such as a flag. Setting `alpha` 0.05. */
export const zProportionsDetector = significanceDetector({
  name: 'z-proportions',
  fields: {},
  test: (reference, current) => zProportions(pairOfCategories('z-proportions', reference, current)),
});
