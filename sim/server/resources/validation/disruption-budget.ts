/** Checks of PodDisruptionBudgets. @upstream pkg/apis/policy/validation/validation.go */
import type { PodDisruptionBudget } from '../../../api/kinds/policy.js';
import { invalid, notSupported, type FieldError } from '../field-error.js';
import { checkNonNegative, checkSelector, type Errors } from './checks.js';
import { checkConditions } from './conditions.js';
import { goValue } from './go-value.js';
import { checkAtMostAll, checkIntOrPercent } from './int-or-percent.js';

const policies = ['AlwaysAllow', 'IfHealthyBudget'];

/** What is wrong with a budget. */
export function validateBudget({ spec = {} }: PodDisruptionBudget): readonly FieldError[] {
  const errors: Errors = [];
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    const value = goValue('policy/v1.PodDisruptionBudgetSpec', spec);
    errors.push(invalid('spec', value, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const field of ['minAvailable', 'maxUnavailable'] as const) {
    if (spec[field] === undefined) continue;
    checkIntOrPercent(spec[field], `spec.${field}`, errors);
    checkAtMostAll(spec[field], `spec.${field}`, errors);
  }
  checkSelector(spec.selector, 'spec.selector', errors);
  const policy = spec.unhealthyPodEvictionPolicy;
  if (policy !== undefined && !policies.includes(policy)) {
    errors.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, policies));
  }
  return errors;
}

/** What is wrong with an update of a budget's status. */
export function validateBudgetStatus({ status }: PodDisruptionBudget): readonly FieldError[] {
  const errors: Errors = [];
  if (status === undefined) return errors;
  checkConditions(status.conditions, 'status.conditions', errors);
  const counts = [
    'disruptionsAllowed',
    'currentHealthy',
    'desiredHealthy',
    'expectedPods',
  ] as const;
  for (const field of counts) checkNonNegative(status[field], `status.${field}`, errors);
  return errors;
}
