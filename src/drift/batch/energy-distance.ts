/** The detector of the energy distance. */
import { energyDistance } from '../statistics/energy-distance.js';
import { distanceDetector } from './kinds.js';

/** Numbers, in the root of their unit. Setting `threshold` 0.1 (Evidently). */
export const energyDistanceDetector = distanceDetector({
  name: 'energy-distance',
  threshold: 0.1,
  fields: {},
  distance: energyDistance,
});
