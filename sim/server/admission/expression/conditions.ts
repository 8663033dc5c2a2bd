/**
 * Match conditions: all must hold; one that does not settles it, whatever errors the others have.
 * @upstream apiserver/pkg/admission/plugin/webhook/matchconditions/matcher.go
 */
import type { MatchCondition } from '../../../api/kinds/admissionregistration.js';
import { aggregated } from '../../../api/status.js';
import type { Expressions } from './variables.js';

/** Whether the conditions hold, or what went wrong while evaluating them. */
export function conditionsHold(
  conditions: readonly MatchCondition[] | undefined,
  expressions: Expressions,
): boolean | { readonly error: string } {
  const errors: string[] = [];
  for (const { expression } of conditions ?? []) {
    const outcome = expressions.evaluate(expression);
    if ('error' in outcome) errors.push(outcome.error);
    else if (outcome.value === false) return false;
  }
  return errors.length === 0 ? true : { error: aggregated(errors) };
}
