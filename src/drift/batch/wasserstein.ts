/** The detector of the Wasserstein distance. */
import { wassersteinNormed } from '../statistics/wasserstein.js';
import { distanceDetector } from './kinds.js';

/** Numbers: how far mass has moved, in deviations of the reference. Setting `threshold` 0.1 (Evidently). */
export const wassersteinDetector = distanceDetector({
  name: 'wasserstein',
  threshold: 0.1,
  fields: {},
  distance: wassersteinNormed,
});
