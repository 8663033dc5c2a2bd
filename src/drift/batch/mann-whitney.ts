/** The detector of the Mann-Whitney U test. */
import { mannWhitney } from '../statistics/mann-whitney.js';
import { significanceDetector } from './kinds.js';

/** Numbers: a shift to one side. Setting `alpha` 0.05. */
export const mannWhitneyDetector = significanceDetector({
  name: 'mann-whitney',
  fields: {},
  test: mannWhitney,
});
