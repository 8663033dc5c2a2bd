/** The detector of Welch's t test. */
import { welchT } from '../statistics/welch-t.js';
import { significanceDetector } from './kinds.js';

/** Numbers: a change of the mean; samples need two values. Setting `alpha` 0.05. */
export const welchTDetector = significanceDetector({
  name: 'welch-t',
  fields: {},
  test: welchT,
});
