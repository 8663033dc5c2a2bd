/** Checks of tolerations, spread constraints and gates. @upstream pkg/apis/core/validation/validation.go */
import type {
  PodSchedulingGate,
  Toleration,
  TopologySpreadConstraint,
} from '../../../api/kinds/core.js';
import { labelValueErrors } from '../../../api/labels.js';
import { duplicate, invalid, notSupported, required } from '../field-error.js';
import { checkLabelKeys } from './affinity.js';
import { checkPositive, checkQualifiedName, checkSelector, type Errors } from './checks.js';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** What a taint does. */
export function checkTaintEffect(
  effect: string | undefined,
  path: string,
  errors: Errors,
  options: { readonly mayBeEmpty: boolean },
): void {
  const value = effect ?? '';
  if (value === '' && !options.mayBeEmpty) errors.push(required(path));
  else if (!effects.includes(value)) errors.push(notSupported(path, value, effects));
}

/** The taints that a pod bears with. */
export function checkTolerations(
  tolerations: readonly Toleration[] | undefined,
  path: string,
  errors: Errors,
): void {
  if (tolerations === undefined) return;
  for (let index = 0; index < tolerations.length; index++) {
    const toleration = tolerations[index];
    if (toleration !== undefined) checkToleration(toleration, `${path}[${index}]`, errors);
  }
}

function checkToleration(toleration: Toleration, path: string, errors: Errors): void {
  const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration;
  if (key !== '') checkQualifiedName(key, `${path}.key`, errors);
  if (key === '' && operator !== 'Exists') {
    const text =
      'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalid(`${path}.operator`, operator, text));
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    const text = "effect must be 'NoExecute' when `tolerationSeconds` is set";
    errors.push(invalid(`${path}.effect`, effect, text));
  }
  checkOperator(operator, value, `${path}.operator`, errors);
  if (effect !== '') checkTaintEffect(effect, `${path}.effect`, errors, { mayBeEmpty: true });
}

function checkOperator(operator: string, value: string, path: string, errors: Errors): void {
  switch (operator) {
    case '':
    case 'Equal': {
      const texts = labelValueErrors(value);
      if (texts.length > 0) errors.push(invalid(path, value, texts.join(';')));
      return;
    }
    case 'Exists':
      if (value === '') return;
      errors.push(invalid(path, value, "value must be empty when `operator` is 'Exists'"));
      return;
    case 'Lt':
    case 'Gt':
      // The gate TaintTolerationComparisonOperators is off, though its operators are told.
      errors.push(notSupported(path, operator, ['Equal', 'Exists', 'Lt', 'Gt']));
      return;
    default:
      errors.push(notSupported(path, operator, ['Equal', 'Exists']));
  }
}

const actions = ['DoNotSchedule', 'ScheduleAnyway'];
const policies = ['Honor', 'Ignore'];

/** How evenly pods are to be spread. */
export function checkSpreadConstraints(
  constraints: readonly TopologySpreadConstraint[] | undefined,
  path: string,
  errors: Errors,
  options: { readonly allowsInvalidSelectors?: boolean } = {},
): void {
  for (const [index, constraint] of (constraints ?? []).entries()) {
    const at = `${path}[${index}]`;
    checkPositive(constraint.maxSkew ?? 0, `${at}.maxSkew`, errors);
    const { topologyKey: key = '', whenUnsatisfiable: action = '' } = constraint;
    if (key === '') errors.push(required(`${at}.topologyKey`, 'can not be empty'));
    if (!actions.includes(action)) {
      errors.push(notSupported(`${at}.whenUnsatisfiable`, action, actions));
    }
    const isRepeated = (constraints ?? []).some(
      (other, otherIndex) =>
        otherIndex > index && other.topologyKey === key && other.whenUnsatisfiable === action,
    );
    if (isRepeated) {
      errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${key}, ${action}}`));
    }
    checkSpreadDetails(constraint, at, errors);
    if (options.allowsInvalidSelectors !== true) {
      checkSelector(constraint.labelSelector, `${at}.labelSelector`, errors);
    }
  }
}

function checkSpreadDetails(
  constraint: TopologySpreadConstraint,
  path: string,
  errors: Errors,
): void {
  const { minDomains, whenUnsatisfiable: action } = constraint;
  if (minDomains !== undefined) {
    const at = `${path}.minDomains`;
    checkPositive(minDomains, at, errors);
    if (action !== 'DoNotSchedule') {
      const text = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
      errors.push(invalid(at, minDomains, text));
    }
  }
  for (const name of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
    const policy = constraint[name];
    if (policy === undefined || policies.includes(policy)) continue;
    errors.push(notSupported(`${path}.${name}`, policy, policies));
  }
  checkLabelKeys(constraint, path, errors);
}

/** What must be cleared before a pod is scheduled. */
export function checkSchedulingGates(
  gates: readonly PodSchedulingGate[] | undefined,
  path: string,
  errors: Errors,
): void {
  const seen = new Set<string>();
  for (const [index, { name = '' }] of (gates ?? []).entries()) {
    checkQualifiedName(name, `${path}[${index}]`, errors);
    if (seen.has(name)) errors.push(duplicate(`${path}[${index}]`, name));
    seen.add(name);
  }
}
