/** Counts for the tests of two categories. */
import { exitCodes, UserError } from '../../input/errors.js';
import { countsOfCategories, type Shares } from '../statistics/shares.js';

/**
 * The counts of two categories. One that only one value was ever seen of has a second that is empty.
 *
 * @throws UserError (`bad-sample`) when there are more than two.
 */
export function pairOfCategories(
  name: string,
  reference: Float64Array,
  current: Float64Array,
): Shares {
  const counts = countsOfCategories(reference, current);
  const { length } = counts.reference;
  if (length <= 2) return counts;
  throw new UserError(`detector ${name}: takes two categories, not ${length}`, {
    exitCode: exitCodes.usage,
    code: 'bad-sample',
    next: 'chi-square takes any number of them, ks takes numbers',
  });
}
