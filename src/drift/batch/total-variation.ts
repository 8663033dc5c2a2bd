/** The detector of the total variation distance. */
import { totalVariation } from '../statistics/share-differences.js';
import { sharesOfCategories } from '../statistics/shares.js';
import { distanceDetector } from './kinds.js';

/** Categories: the share of rows that changed theirs. Setting `threshold` 0.1. */
export const totalVariationDetector = distanceDetector({
  name: 'total-variation',
  threshold: 0.1,
  fields: {},
  distance: (reference, current) => totalVariation(sharesOfCategories(reference, current)),
});
