/** The detector of the population stability index. */
import { wordField } from '../../input/settings.js';
import { evidentlyBins } from '../statistics/evidently-bins.js';
import { populationStability, stabilityOfDeciles } from '../statistics/population-stability.js';
import { withoutZeros } from '../statistics/shares.js';
import { distanceDetector } from './kinds.js';

/**
 * Numbers or categories. Settings `threshold` 0.1 (a change; 0.25 is commonly called a large one) and
 * `bins`: `pooled`, as Evidently has them, or `deciles` of the reference, as banks do.
 */
export const psiDetector = distanceDetector({
  name: 'psi',
  threshold: 0.1,
  fields: { bins: wordField('pooled', ['pooled', 'deciles']) },
  distance: (reference, current, { bins }) =>
    bins === 'pooled'
      ? populationStability(withoutZeros(evidentlyBins(reference, current)))
      : (stabilityOfDeciles(reference, current)?.psi ?? 0),
});
