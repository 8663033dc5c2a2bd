/** Drifts: what becomes of the payments that models score. */
import fc from 'fast-check';
import type { Happening } from '../scenario/happening.js';
import {
  paymentsObject,
  usualWorld,
  type TrialPayments,
  type TrialWorld,
} from '../stacks/releases/trial-payments.js';

/** The payments of one of the models drift: one thing is not as usual, and everything else is again. */
export function drifts(payments: readonly TrialPayments[]): fc.Arbitrary<Happening> {
  return fc.tuple(fc.constantFrom(...payments), changes()).map(([{ namespace, name }, change]) => ({
    kind: 'apply' as const,
    object: paymentsObject({ namespace, name, ...usualWorld, ...change }),
  }));
}

/** Concepts come back at times, which is when a promotion has to be taken back. */
function changes(): fc.Arbitrary<Partial<TrialWorld>> {
  return fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ concept: fc.constantFrom(0, 60, 120, 180, 240) }),
    },
    { weight: 2, arbitrary: fc.record({ amountFactor: fc.constantFrom(0.5, 2, 10) }) },
    { weight: 1, arbitrary: fc.record({ fraudFactor: fc.constantFrom(0.5, 3) }) },
    {
      weight: 1,
      arbitrary: fc.record({ pipeline: fc.constantFrom('zeros' as const, 'gaps' as const) }),
    },
  );
}
