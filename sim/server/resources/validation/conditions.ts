/** Checks of conditions. @upstream apimachinery/pkg/apis/meta/v1/validation ValidateConditions */
import { byteLength } from '../../../api/go-text.js';
import type { Condition } from '../../../api/kinds/meta.js';
import { regexText } from '../../../api/labels.js';
import { duplicate, invalid, notSupported, required, tooLong } from '../field-error.js';
import { checkQualifiedName, type Errors } from './checks.js';

const statuses = ['False', 'True', 'Unknown'];
const reasonForm = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const reasonPattern = new RegExp(`^${reasonForm}$`);
const reasonMax = 1024;
const messageMax = 32 * 1024;

/** Conditions of a status: one of a type, each well formed. */
export function checkConditions(
  conditions: readonly Condition[] | undefined,
  path: string,
  errors: Errors,
): void {
  const types = new Set<string>();
  for (const [index, condition] of (conditions ?? []).entries()) {
    const at = `${path}[${index}]`;
    if (types.has(condition.type)) errors.push(duplicate(`${at}.type`, condition.type));
    types.add(condition.type);
    checkCondition(condition, at, errors);
  }
}

function checkCondition(condition: Condition, path: string, errors: Errors): void {
  const { type = '', status = '', observedGeneration = 0, reason = '', message = '' } = condition;
  checkQualifiedName(type, `${path}.type`, errors);
  if (!statuses.includes(status)) errors.push(notSupported(`${path}.status`, status, statuses));
  if (observedGeneration < 0) {
    const text = 'must be greater than or equal to zero';
    errors.push(invalid(`${path}.observedGeneration`, observedGeneration, text));
  }
  if (!condition.lastTransitionTime) errors.push(required(`${path}.lastTransitionTime`));
  if (reason === '') errors.push(required(`${path}.reason`));
  else if (!reasonPattern.test(reason)) {
    const words =
      'a condition reason must start with alphabetic character, optionally followed by a string ' +
      "of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'";
    const text = regexText(
      words,
      reasonForm,
      'my_name',
      'MY_NAME',
      'MyName',
      'ReasonA,ReasonB',
      'ReasonA:ReasonB',
    );
    errors.push(invalid(`${path}.reason`, reason, text));
  }
  if (byteLength(reason) > reasonMax) errors.push(tooLong(`${path}.reason`, reasonMax));
  if (byteLength(message) > messageMax) errors.push(tooLong(`${path}.message`, messageMax));
}
