/** Checks of affinities and of selectors of nodes. @upstream pkg/apis/core/validation/validation.go */
import type {
  Affinity,
  NodeAffinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
} from '../../../api/kinds/core.js';
import type { LabelSelector } from '../../../api/kinds/meta.js';
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  qualifiedNameErrors,
} from '../../../api/labels.js';
import { forbidden, invalid, required } from '../field-error.js';
import { checkQualifiedName, checkSelector, tell, type Errors } from './checks.js';

/** Where a pod wants to be, of nodes and of other pods. */
export function checkAffinity(
  affinity: Affinity | undefined,
  path: string,
  errors: Errors,
  options: { readonly allowsInvalidSelectors?: boolean } = {},
): void {
  if (affinity === undefined) return;
  if (affinity.nodeAffinity !== undefined) {
    checkNodeAffinity(affinity.nodeAffinity, `${path}.nodeAffinity`, errors);
  }
  const lenient = options.allowsInvalidSelectors === true;
  for (const name of ['podAffinity', 'podAntiAffinity'] as const) {
    const part = affinity[name];
    if (part !== undefined) checkPodAffinity(part, `${path}.${name}`, lenient, errors);
  }
}

const requiredField = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferredField = 'preferredDuringSchedulingIgnoredDuringExecution';

function checkNodeAffinity(affinity: NodeAffinity, path: string, errors: Errors): void {
  const needed = affinity[requiredField];
  if (needed !== undefined) checkNodeSelector(needed, `${path}.${requiredField}`, errors);
  for (const [index, term] of (affinity[preferredField] ?? []).entries()) {
    const at = `${path}.${preferredField}[${index}]`;
    checkWeight(term.weight, at, errors);
    checkTerm(term.preference ?? {}, `${at}.preference`, errors, { allowsInvalidValues: true });
  }
}

function checkWeight(weight: number | undefined, path: string, errors: Errors): void {
  const value = weight ?? 0;
  if (value > 0 && value <= 100) return;
  errors.push(invalid(`${path}.weight`, value, 'must be in the range 1-100'));
}

/** Terms of which one must hold. */
export function checkNodeSelector(selector: NodeSelector, path: string, errors: Errors): void {
  const at = `${path}.nodeSelectorTerms`;
  const terms = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) {
    errors.push(required(at, 'must have at least one node selector term'));
  }
  for (const [index, term] of terms.entries()) {
    checkTerm(term, `${at}[${index}]`, errors, { allowsInvalidValues: false });
  }
}

function checkTerm(
  term: NodeSelectorTerm,
  path: string,
  errors: Errors,
  options: { readonly allowsInvalidValues: boolean },
): void {
  for (const [index, requirement] of (term.matchExpressions ?? []).entries()) {
    const at = `${path}.matchExpressions[${index}]`;
    checkRequirement(requirement, at, errors, options.allowsInvalidValues);
  }
  for (const [index, requirement] of (term.matchFields ?? []).entries()) {
    checkFieldRequirement(requirement, `${path}.matchFields[${index}]`, errors);
  }
}

function checkRequirement(
  { key = '', operator = '', values = [] }: NodeSelectorRequirement,
  path: string,
  errors: Errors,
  allowsInvalidValues: boolean,
): void {
  const at = `${path}.values`;
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errors.push(required(at, "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      const text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      errors.push(forbidden(at, text));
    }
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) {
      const text = "must be specified single value when `operator` is 'Lt' or 'Gt'";
      errors.push(required(at, text));
    }
  } else {
    errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  }
  checkQualifiedName(key, `${path}.key`, errors);
  if (allowsInvalidValues) return;
  for (const [index, value] of values.entries()) {
    tell(labelValueErrors(value), value, `${at}[${index}]`, errors);
  }
}

function checkFieldRequirement(
  { key = '', operator = '', values = [] }: NodeSelectorRequirement,
  path: string,
  errors: Errors,
): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length !== 1) {
      const text =
        "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
      errors.push(required(`${path}.values`, text));
    }
  } else {
    errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  }
  if (key !== 'metadata.name') {
    errors.push(invalid(`${path}.key`, key, 'not a valid field selector key'));
    return;
  }
  for (const [index, value] of values.entries()) {
    tell(dns1123SubdomainErrors(value), value, `${path}.values[${index}]`, errors);
  }
}

function checkPodAffinity(
  affinity: PodAffinity,
  path: string,
  allowsInvalidSelectors: boolean,
  errors: Errors,
): void {
  for (const [index, term] of (affinity[requiredField] ?? []).entries()) {
    checkPodTerm(term, `${path}.${requiredField}[${index}]`, allowsInvalidSelectors, errors);
  }
  for (const [index, weighted] of (affinity[preferredField] ?? []).entries()) {
    const at = `${path}.${preferredField}[${index}]`;
    checkWeight(weighted.weight, at, errors);
    const term = weighted.podAffinityTerm;
    checkPodTerm(term, `${at}.podAffinityTerm`, allowsInvalidSelectors, errors);
  }
}

function checkPodTerm(
  term: PodAffinityTerm,
  path: string,
  allowsInvalidValues: boolean,
  errors: Errors,
): void {
  const options = { allowsInvalidValues };
  checkSelector(term.labelSelector, `${path}.labelSelector`, errors, options);
  checkSelector(term.namespaceSelector, `${path}.namespaceSelector`, errors, options);
  for (const name of term.namespaces ?? []) {
    tell(dns1123LabelErrors(name), name, `${path}.namespace`, errors);
  }
  checkLabelKeys(term, path, errors);
  const key = term.topologyKey ?? '';
  if (key === '') errors.push(required(`${path}.topologyKey`, 'can not be empty'));
  tell(qualifiedNameErrors(key), key, `${path}.topologyKey`, errors);
}

/** Keys whose values are taken from the pod itself. */
export function checkLabelKeys(
  term: {
    readonly labelSelector?: LabelSelector;
    readonly matchLabelKeys?: readonly string[];
    readonly mismatchLabelKeys?: readonly string[];
  },
  path: string,
  errors: Errors,
): void {
  const { labelSelector: selector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  checkKeyList(matchLabelKeys, selector, `${path}.matchLabelKeys`, errors);
  checkKeyList(mismatchLabelKeys, selector, `${path}.mismatchLabelKeys`, errors);
  if (selector !== undefined) {
    const keys = new Set(Object.keys(selector.matchLabels ?? {}));
    for (const { key } of selector.matchExpressions ?? []) {
      const index = matchLabelKeys.lastIndexOf(key);
      if (index >= 0 && keys.has(key)) {
        const text = 'exists in both matchLabelKeys and labelSelector';
        errors.push(invalid(`${path}[${index}]`, key, text));
      }
      keys.add(key);
    }
  }
  for (const [index, key] of matchLabelKeys.entries()) {
    if (!mismatchLabelKeys.includes(key)) continue;
    const text = 'exists in both matchLabelKeys and mismatchLabelKeys';
    errors.push(invalid(`${path}.matchLabelKeys[${index}]`, key, text));
  }
}

function checkKeyList(
  keys: readonly string[],
  selector: LabelSelector | undefined,
  path: string,
  errors: Errors,
): void {
  if (keys.length === 0) return;
  if (selector === undefined) {
    errors.push(forbidden(path, 'must not be specified when labelSelector is not set'));
    return;
  }
  for (const [index, key] of keys.entries()) checkQualifiedName(key, `${path}[${index}]`, errors);
}
