/**
 * Swarm testing: what is drawn of all sorts at once is drawn of each sort rarely, and two of one sort in
 * a row hardly ever. A voyage of few sorts goes deep where a voyage of all goes wide.
 *
 * @see Groce, Zhang, Eide, Chen, Regehr: Swarm Testing, ISSTA 2012.
 */
import fc from 'fast-check';

/** All of the items, or a few of them: each half of the time. At least one, in their order. */
export function swarm<T>(items: readonly T[]): fc.Arbitrary<readonly T[]> {
  if (items.length <= fewMax) return fc.constant(items);
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(items) },
    { weight: 1, arbitrary: fc.subarray([...items], { minLength: 1, maxLength: fewMax }) },
  );
}

const fewMax = 3;
