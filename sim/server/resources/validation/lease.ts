/** Checks of Leases. @upstream pkg/apis/coordination/validation/validation.go */
import type { Lease } from '../../../api/kinds/coordination.js';
import { forbidden, invalid, notSupported, type FieldError } from '../field-error.js';
import { qualifiedNameErrors } from '../../../api/labels.js';
import { checkNonNegative, tell, type Errors } from './checks.js';

const strategies = ['OldestEmulationVersion'];

/** What is wrong with a Lease. */
export function validateLease({ spec = {} }: Lease): readonly FieldError[] {
  const errors: Errors = [];
  const { leaseDurationSeconds: seconds, strategy, preferredHolder } = spec;
  if (seconds !== undefined && seconds <= 0) {
    errors.push(invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0'));
  }
  checkNonNegative(spec.leaseTransitions, 'spec.leaseTransitions', errors);
  if (strategy !== undefined) checkStrategy(strategy, errors);
  if (preferredHolder && !strategy) {
    const text = 'may only be specified if `strategy` is defined';
    errors.push(forbidden('spec.preferredHolder', text));
  }
  return errors;
}

function checkStrategy(strategy: string, errors: Errors): void {
  const path = 'spec.strategy.strategy';
  if (strategy.includes('/')) tell(qualifiedNameErrors(strategy), strategy, path, errors);
  else if (!strategies.includes(strategy)) errors.push(notSupported(path, strategy, strategies));
}
