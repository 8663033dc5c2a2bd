/** The detector of Fisher's exact test. */
import { fisherExact } from '../statistics/fisher-exact.js';
import { pairOfCategories } from './pair-of-categories.js';
import { significanceDetector } from './kinds.js';

/** Two categories, of small samples; the statistic is the odds ratio. Setting `alpha` 0.05. */
export const fisherExactDetector = significanceDetector({
  name: 'fisher-exact',
  fields: {},
  test(reference, current) {
    const { oddsRatio, pValue } = fisherExact(pairOfCategories('fisher-exact', reference, current));
    return { statistic: oddsRatio, pValue };
  },
});
