/** The detector of the largest difference of a category's share. */
import { lInfinity } from '../statistics/share-differences.js';
import { sharesOfCategories } from '../statistics/shares.js';
import { distanceDetector } from './kinds.js';

/** Categories. Setting `threshold` 0.1 (NannyML). */
export const lInfinityDetector = distanceDetector({
  name: 'l-infinity',
  threshold: 0.1,
  fields: {},
  distance: (reference, current) => lInfinity(sharesOfCategories(reference, current)),
});
