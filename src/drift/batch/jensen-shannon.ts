/** The detector of the Jensen-Shannon distance. */
import { wordField } from '../../input/settings.js';
import { evidentlyBins } from '../statistics/evidently-bins.js';
import { jensenShannon } from '../statistics/jensen-shannon.js';
import { nannymlBins } from '../statistics/nannyml-bins.js';
import { distanceDetector } from './kinds.js';

/**
 * Numbers or categories. Settings `threshold` 0.1 and `as`: `evidently` (its bins, in nats) or `nannyml`
 * (Doane's bins of the reference, in base 2).
 */
export const jensenShannonDetector = distanceDetector({
  name: 'jensen-shannon',
  threshold: 0.1,
  fields: { as: wordField('evidently', ['evidently', 'nannyml']) },
  distance: (reference, current, { as }) =>
    as === 'evidently'
      ? jensenShannon(evidentlyBins(reference, current))
      : jensenShannon(nannymlBins(reference, current), { base: 2 }),
});
