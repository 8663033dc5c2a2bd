/** The detector of the Cramér-von Mises test. */
import { cramerVonMises } from '../statistics/cramer-von-mises.js';
import { significanceDetector } from './kinds.js';

/** Numbers: any change of the distribution, the tails counting less. Setting `alpha` 0.05. */
export const cramerVonMisesDetector = significanceDetector({
  name: 'cramer-von-mises',
  fields: {},
  test: cramerVonMises,
});
