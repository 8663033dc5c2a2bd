/**
 * What a validating policy says of a request: a decision for each validation.
 * @upstream apiserver/pkg/admission/plugin/policy/validating/validator.go
 */
import type {
  Validation,
  ValidatingAdmissionPolicySpec,
} from '../../../api/kinds/admissionregistration.js';
import { conditionsHold } from '../expression/conditions.js';
import type { Expressions } from '../expression/variables.js';

/** A validation that failed. `index`: which. */
export interface Denial {
  readonly index: number;
  readonly message: string;
  readonly reason?: string;
}

/** What came of a policy. Audit annotations that fail are denials whatever the binding's actions are. */
export interface Decisions {
  readonly denials: readonly Denial[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly annotationErrors: readonly string[];
}

const messageBytesMax = 5 * 1024;

/** What all validations of a policy may cost together. @upstream apiserver/pkg/apis/cel RuntimeCELCostBudget */
export const policyCostMax = 10_000_000;
/** What is said when it costs more. */
export const outOfBudget =
  'validation failed due to running out of cost budget, no further validation rules will be run';

/** Evaluates the policy; its variables are declared by now. */
export function decide(spec: ValidatingAdmissionPolicySpec, expressions: Expressions): Decisions {
  const isFailing = spec.failurePolicy !== 'Ignore';
  const nothing = { denials: [], annotations: {}, annotationErrors: [] };
  const isConcerned = conditionsHold(spec.matchConditions, expressions);
  if (isConcerned === false) return nothing;
  if (isConcerned !== true) {
    return isFailing
      ? { ...nothing, denials: [{ index: 0, message: isConcerned.error }] }
      : nothing;
  }
  expressions.declare(spec.variables ?? []);
  let budget = policyCostMax;
  const outcomes = (spec.validations ?? []).map(validation => {
    // What comes after the end of the budget is not looked at.
    if (budget < 0) return { validation, outcome: undefined };
    const outcome = expressions.evaluate(validation.expression);
    budget -= outcome.cost;
    return { validation, outcome };
  });
  if (budget < 0) {
    return isFailing ? { ...nothing, denials: [{ index: 0, message: outOfBudget }] } : nothing;
  }
  const denials: Denial[] = [];
  outcomes.forEach(({ validation, outcome }, index) => {
    if (outcome === undefined) return;
    if ('error' in outcome) {
      if (isFailing) denials.push({ index, message: outcome.error });
    } else if (outcome.value !== true) {
      const message = messageOf(validation, expressions);
      const { reason = 'Invalid' } = validation;
      denials.push({ index, message, reason });
    }
  });
  return { denials, ...annotationsOf(spec, expressions, { isFailing }) };
}

/** The message expression's value if it is one line of text, else the message, else the expression. */
function messageOf(validation: Validation, expressions: Expressions): string {
  const { messageExpression, message = '', expression } = validation;
  if (messageExpression !== undefined && messageExpression !== '') {
    const outcome = expressions.evaluate(messageExpression);
    const text = 'value' in outcome && typeof outcome.value === 'string' ? outcome.value : '';
    const trimmed = text.trim();
    if (trimmed !== '' && trimmed.length <= messageBytesMax && !trimmed.includes('\n')) {
      return trimmed;
    }
  }
  return message.trim() === '' ? `failed expression: ${expression.trim()}` : message.trim();
}

function annotationsOf(
  { auditAnnotations = [] }: ValidatingAdmissionPolicySpec,
  expressions: Expressions,
  { isFailing }: { readonly isFailing: boolean },
): Pick<Decisions, 'annotations' | 'annotationErrors'> {
  const annotations: Record<string, string> = {};
  const annotationErrors: string[] = [];
  for (const { key, valueExpression } of auditAnnotations) {
    const outcome = expressions.evaluate(valueExpression);
    if ('error' in outcome) {
      if (isFailing) annotationErrors.push(outcome.error);
    } else if (typeof outcome.value === 'string') {
      const value = outcome.value.trim();
      if (value !== '') annotations[key] = value;
    }
  }
  return { annotations, annotationErrors };
}
