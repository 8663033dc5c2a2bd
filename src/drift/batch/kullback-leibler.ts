/** The detector of the Kullback-Leibler divergence. */
import { evidentlyBins } from '../statistics/evidently-bins.js';
import { kullbackLeibler } from '../statistics/kullback-leibler.js';
import { withoutZeros } from '../statistics/shares.js';
import { distanceDetector } from './kinds.js';

/** Numbers or categories, in Evidently's bins. Setting `threshold` 0.1. */
export const kullbackLeiblerDetector = distanceDetector({
  name: 'kullback-leibler',
  threshold: 0.1,
  fields: {},
  distance: (reference, current) =>
    kullbackLeibler(withoutZeros(evidentlyBins(reference, current))),
});
