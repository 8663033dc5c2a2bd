/** The detector of the chi-square test of categories. */
import { wordField } from '../../input/settings.js';
import { chiSquareContingency, chiSquareOfReference } from '../statistics/chi-square.js';
import { countsOfCategories } from '../statistics/shares.js';
import { significanceDetector } from './kinds.js';

/**
 * Categories. Settings `alpha` 0.05 and `as`: `contingency`, where both samples vary (scipy), or
 * `evidently`, which takes the reference for exact; there a new category is drift for certain.
 */
export const chiSquareDetector = significanceDetector({
  name: 'chi-square',
  fields: { as: wordField('contingency', ['contingency', 'evidently']) },
  test(reference, current, { as }) {
    const counts = countsOfCategories(reference, current);
    if (as === 'contingency') return chiSquareContingency(counts);
    return chiSquareOfReference(counts) ?? { statistic: Infinity, pValue: 0 };
  },
});
