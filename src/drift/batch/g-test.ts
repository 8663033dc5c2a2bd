/** The detector of the G test of categories. */
import { gTest } from '../statistics/chi-square.js';
import { countsOfCategories } from '../statistics/shares.js';
import { significanceDetector } from './kinds.js';

/** Categories, by the likelihood ratio. Setting `alpha` 0.05. */
export const gTestDetector = significanceDetector({
  name: 'g-test',
  fields: {},
  test: (reference, current) => gTest(countsOfCategories(reference, current)),
});
