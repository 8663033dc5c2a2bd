/** Checks of a Job's policies. @upstream pkg/apis/batch/validation/validation.go validatePodFailurePolicy */
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
  SuccessPolicyRule,
} from '../../../api/kinds/batch.js';
import { byteLength } from '../../../api/go-text.js';
import { duplicate, invalid, notSupported, required, tooLong, tooMany } from '../field-error.js';
import { checkNonNegative, checkQualifiedName, invalidWhole, type Errors } from './checks.js';
import { goValue } from './go-value.js';
import { countIndexes } from './job-indexes.js';

const rulesMax = 20;
const codesMax = 255;
const patternsMax = 20;
const indexesBytesMax = 64 * 1024;
const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const operators = ['In', 'NotIn'];
const statuses = ['False', 'True', 'Unknown'];
const replacements = ['Failed', 'TerminatingOrFailed'];

/** What pods' failures mean for the job, when it succeeds, and when failed pods are replaced. */
export function checkJobPolicies(spec: JobSpec, path: string, errors: Errors): void {
  if (spec.podFailurePolicy !== undefined) {
    checkFailurePolicy(spec, `${path}.podFailurePolicy.rules`, errors);
  }
  const success = spec.successPolicy;
  if (success !== undefined) {
    const at = `${path}.successPolicy`;
    if (spec.completionMode === 'Indexed') checkSuccessPolicy(spec, `${at}.rules`, errors);
    else {
      const value = goValue('batch/v1.SuccessPolicy', success);
      errors.push(invalid(at, value, 'requires indexed completion mode'));
    }
  }
  const replacement = spec.podReplacementPolicy;
  if (replacement === undefined) return;
  const allowed = spec.podFailurePolicy === undefined ? replacements : ['Failed'];
  if (allowed.includes(replacement)) return;
  errors.push(notSupported(`${path}.podReplacementPolicy`, replacement, allowed));
}

function checkFailurePolicy(spec: JobSpec, path: string, errors: Errors): void {
  const rules = spec.podFailurePolicy?.rules ?? [];
  if (rules.length > rulesMax) errors.push(tooMany(path, rules.length, rulesMax));
  const pod = spec.template.spec;
  const containers = [...(pod?.containers ?? []), ...(pod?.initContainers ?? [])];
  const names = new Set(containers.map(container => container.name));
  for (const [index, rule] of rules.entries()) {
    checkFailureRule(spec, rule, names, `${path}[${index}]`, errors);
  }
}

function checkFailureRule(
  spec: JobSpec,
  { action, onExitCodes, onPodConditions = [] }: PodFailurePolicyRule,
  names: ReadonlySet<string>,
  path: string,
  errors: Errors,
): void {
  const at = `${path}.action`;
  if (!action) errors.push(required(at, validValues(actions)));
  else if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) {
      errors.push(invalid(at, action, 'requires the backoffLimitPerIndex to be set'));
    }
  } else if (!actions.includes(action)) errors.push(notSupported(at, action, actions));
  if (onExitCodes) checkExitCodes(onExitCodes, names, `${path}.onExitCodes`, errors);
  if (onPodConditions.length > 0) {
    checkConditions(onPodConditions, `${path}.onPodConditions`, errors);
  }
  const hasBoth = onExitCodes && onPodConditions.length > 0;
  const hasNone = !onExitCodes && onPodConditions.length === 0;
  if (hasBoth) {
    const text = 'specifying both OnExitCodes and OnPodConditions is not supported';
    errors.push(invalidWhole(path, text));
  }
  if (hasNone) {
    const text = 'specifying one of OnExitCodes and OnPodConditions is required';
    errors.push(invalidWhole(path, text));
  }
}

function validValues(values: readonly string[]): string {
  return `valid values: [${values.map(value => `"${value}"`).join(' ')}]`;
}

function checkConditions(
  patterns: readonly PodFailurePolicyOnPodConditionsPattern[],
  path: string,
  errors: Errors,
): void {
  if (patterns.length > patternsMax) errors.push(tooMany(path, patterns.length, patternsMax));
  for (const [index, { type, status }] of patterns.entries()) {
    const at = `${path}[${index}]`;
    checkQualifiedName(type ?? '', `${at}.type`, errors);
    if (!status) errors.push(required(`${at}.status`, validValues(statuses)));
    else if (!statuses.includes(status)) {
      errors.push(notSupported(`${at}.status`, status, statuses));
    }
  }
}

function checkExitCodes(
  requirement: PodFailurePolicyOnExitCodesRequirement,
  names: ReadonlySet<string>,
  path: string,
  errors: Errors,
): void {
  const { operator, containerName } = requirement;
  if (!operator) errors.push(required(`${path}.operator`, validValues(operators)));
  else if (!operators.includes(operator)) {
    errors.push(notSupported(`${path}.operator`, operator, operators));
  }
  if (containerName !== undefined && !names.has(containerName)) {
    const text = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalid(`${path}.containerName`, containerName, text));
  }
  checkCodes(requirement.values, operator === 'In', `${path}.values`, errors);
}

function checkCodes(
  given: readonly number[] | undefined,
  isIn: boolean,
  path: string,
  errors: Errors,
): void {
  const values = given ?? [];
  if (values.length === 0) {
    errors.push(invalid(path, given ?? null, 'at least one value is required'));
  } else if (values.length > codesMax) errors.push(tooMany(path, values.length, codesMax));
  const known = new Set<number>();
  for (const [index, code] of values.entries()) {
    const at = `${path}[${index}]`;
    if (isIn && code === 0) {
      errors.push(invalid(at, code, 'must not be 0 for the In operator'));
    }
    if (known.has(code)) errors.push(duplicate(at, code));
    known.add(code);
  }
  const isOrdered = values.every((code, index) => (values[index - 1] ?? code) <= code);
  if (!isOrdered) errors.push(invalid(path, values, 'must be ordered'));
}

function checkSuccessPolicy(spec: JobSpec, path: string, errors: Errors): void {
  const rules = spec.successPolicy?.rules ?? [];
  if (rules.length === 0) {
    const text = 'at least one rules must be specified when the successPolicy is specified';
    errors.push(required(path, text));
  }
  if (rules.length > rulesMax) errors.push(tooMany(path, rules.length, rulesMax));
  for (const [index, rule] of rules.entries()) {
    checkSuccessRule(rule, spec.completions ?? 0, `${path}[${index}]`, errors);
  }
}

function checkSuccessRule(
  { succeededCount: wanted, succeededIndexes: indexes }: SuccessPolicyRule,
  completions: number,
  path: string,
  errors: Errors,
): void {
  if (wanted === undefined && indexes === undefined) {
    const text = 'at least one of succeededCount or succeededIndexes must be specified';
    errors.push(required(path, text));
  }
  let total = 0;
  if (indexes !== undefined) {
    const at = `${path}.succeededIndexes`;
    if (byteLength(indexes) > indexesBytesMax) errors.push(tooLong(at, indexesBytesMax));
    const counted = countIndexes(indexes, completions);
    if (counted.isOk) total = counted.count;
    else {
      errors.push(invalid(at, indexes, `error parsing succeededIndexes: ${counted.text}`));
    }
  }
  if (wanted === undefined) return;
  const at = `${path}.succeededCount`;
  checkNonNegative(wanted, at, errors);
  const bound = 'must be less than or equal to';
  if (wanted > completions) {
    const text = `${bound} ${completions} (the number of specified completions)`;
    errors.push(invalid(at, wanted, text));
  }
  if (indexes !== undefined && wanted > total) {
    const text = `${bound} ${total} (the number of indexes in the specified succeededIndexes field)`;
    errors.push(invalid(at, wanted, text));
  }
}
