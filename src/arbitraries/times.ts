/** Times: often together, sometimes within the reach of a queue's back-off, sometimes far apart. */
import fc from 'fast-check';

/** Milliseconds between two events. */
export function gaps(): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 50 }) },
    { weight: 3, arbitrary: fc.integer({ min: 50, max: 5_000 }) },
    { weight: 3, arbitrary: fc.constantFrom(10_000, 30_000, 60_000, 120_000) },
  );
}

/** How long something lasts, in milliseconds: shorter and longer than a lease, a grace period, a toleration. */
export function spans(): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 5, arbitrary: outages() },
    { weight: 1, arbitrary: fc.constantFrom(120_000, 360_000) },
  );
}

/** How long a component is not itself: laws give it five minutes to do what it is there for. */
export function outages(): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 2, arbitrary: fc.integer({ min: 100, max: 10_000 }) },
    { weight: 3, arbitrary: fc.constantFrom(10_000, 30_000, 60_000) },
  );
}
