/** The detector of the Hellinger distance. */
import { hellinger } from '../statistics/hellinger.js';
import { nannymlBins } from '../statistics/nannyml-bins.js';
import { distanceDetector } from './kinds.js';

/** Numbers, in Doane's bins of the reference. Setting `threshold` 0.1 (NannyML). */
export const hellingerDetector = distanceDetector({
  name: 'hellinger',
  threshold: 0.1,
  fields: {},
  distance: (reference, current) => hellinger(nannymlBins(reference, current)),
});
