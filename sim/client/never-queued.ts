/** The pass of controllers that only watch. */
import type { Reconciliation } from './contract.js';

/** The `reconcile` of a controller that adds no key to its queue: it never runs. */
export function* neverQueued(): Reconciliation<void> {
  // There is nothing to do.
}
