/** Checks of what admission looks at. @upstream pkg/apis/admissionregistration/validation/validation.go */
import type {
  MatchCondition,
  MatchResources,
  NamedRuleWithOperations,
  ParamRef,
  RuleWithOperations,
} from '../../../api/kinds/admissionregistration.js';
import { pathSegmentErrors } from '../../../api/labels.js';
import { duplicate, forbidden, invalid, notSupported, required, tooMany } from '../field-error.js';
import { checkAlone, checkQualifiedName, checkSelector, tell, type Errors } from './checks.js';
import { checkCompiled, type Names } from './expressions.js';

/** What happens when a hook or a policy fails. */
export const failurePolicies = ['Fail', 'Ignore'];
/** Whether other versions of a resource match too. */
export const matchPolicies = ['Equivalent', 'Exact'];
/** Whether a hook is asked again when another has changed the object. */
export const reinvocations = ['IfNeeded', 'Never'];
const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const scopes = ['*', 'Cluster', 'Namespaced'];

/** A value out of a list, unless it is absent. */
export function checkOneOf(
  value: string | undefined,
  values: readonly string[],
  path: string,
  errors: Errors,
): void {
  if (value !== undefined && !values.includes(value)) {
    errors.push(notSupported(path, value, values));
  }
}

/** A rule: which operations on which resources. */
export function checkOperations(rule: RuleWithOperations, path: string, errors: Errors): void {
  const list = rule.operations ?? [];
  const at = `${path}.operations`;
  if (list.length === 0) errors.push(required(at));
  checkAlone(list, 'operations', at, errors);
  for (const [index, operation] of list.entries()) {
    checkOneOf(operation, operations, `${at}[${index}]`, errors);
  }
  checkGroup(rule.apiGroups ?? [], 'API groups', `${path}.apiGroups`, errors);
  const versions = rule.apiVersions ?? [];
  checkGroup(versions, 'API versions', `${path}.apiVersions`, errors);
  for (const [index, version] of versions.entries()) {
    if (version === '') errors.push(required(`${path}.apiVersions[${index}]`));
  }
  checkResources(rule.resources ?? [], `${path}.resources`, errors);
  checkOneOf(rule.scope, scopes, `${path}.scope`, errors);
}

function checkGroup(list: readonly string[], what: string, path: string, errors: Errors): void {
  if (list.length === 0) errors.push(required(path));
  checkAlone(list, what, path, errors);
}

function checkResources(resources: readonly string[], path: string, errors: Errors): void {
  if (resources.length === 0) errors.push(required(path));
  const wholes = new Set<string>();
  const subs = new Set<string>();
  let isPlain = false;
  for (const [index, each] of resources.entries()) {
    const at = `${path}[${index}]`;
    if (each === '') {
      errors.push(required(at));
      continue;
    }
    const slash = each.indexOf('/');
    if (slash < 0) {
      isPlain = each !== '*';
      continue;
    }
    const [resource, sub] = [each.slice(0, slash), each.slice(slash + 1)];
    const say = (pattern: string) => {
      const text = `if '${pattern}' is present, must not specify ${each}`;
      errors.push(invalid(at, each, text));
    };
    if (wholes.has(resource)) say(`${resource}/*`);
    if (subs.has(sub)) say(`*/${sub}`);
    if (sub === '*') wholes.add(resource);
    if (resource === '*') subs.add(sub);
  }
  const others = 'must not specify other resources';
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.push(invalid(path, resources, `if '*/*' is present, ${others}`));
  }
  if (resources.includes('*') && isPlain) {
    errors.push(invalid(path, resources, `if '*' is present, ${others} without subresources`));
  }
}

/** Which objects a policy is for. */
export function checkMatchResources(
  match: MatchResources | undefined,
  path: string,
  errors: Errors,
): void {
  if (match === undefined) return;
  const { matchPolicy } = match;
  if (matchPolicy === undefined) errors.push(required(`${path}.matchPolicy`));
  checkOneOf(matchPolicy, matchPolicies, `${path}.matchPolicy`, errors);
  for (const field of ['namespaceSelector', 'objectSelector'] as const) {
    if (match[field] === undefined) errors.push(required(`${path}.${field}`));
    else checkSelector(match[field], `${path}.${field}`, errors);
  }
  for (const field of ['resourceRules', 'excludeResourceRules'] as const) {
    for (const [index, rule] of (match[field] ?? []).entries()) {
      checkNamed(rule, `${path}.${field}[${index}]`, errors);
    }
  }
}

function checkNamed(rule: NamedRuleWithOperations, path: string, errors: Errors): void {
  const known = new Set<string>();
  for (const [index, name] of (rule.resourceNames ?? []).entries()) {
    const at = `${path}.resourceNames[${index}]`;
    tell(pathSegmentErrors(name), name, at, errors);
    if (known.has(name)) errors.push(duplicate(at, name));
    known.add(name);
  }
  checkOperations(rule, path, errors);
}

const mutatingOperations = ['*', 'CONNECT', 'CREATE', 'UPDATE'];

/** What is being deleted can't be changed. */
export function checkMutatingOperations(
  match: MatchResources | undefined,
  path: string,
  errors: Errors,
): void {
  for (const rule of match?.resourceRules ?? []) {
    for (const operation of rule.operations ?? []) {
      checkOneOf(operation, mutatingOperations, `${path}.resourceRules.operations`, errors);
    }
  }
}

const conditionsMax = 64;

/** Conditions in CEL under which a hook or a policy is asked at all. */
export function checkMatchConditions(
  conditions: readonly MatchCondition[] | undefined,
  path: string,
  errors: Errors,
  names: Names = { hasAuthorizer: true },
): void {
  const list = conditions ?? [];
  if (list.length > conditionsMax) errors.push(tooMany(path, list.length, conditionsMax));
  const known = new Set<string>();
  for (const [index, { name, expression }] of list.entries()) {
    const at = `${path}[${index}]`;
    if ((expression ?? '').trim() === '') errors.push(required(`${at}.expression`));
    else {
      const rule = { names, returns: ['bool'] };
      checkCompiled(expression ?? '', `${at}.expression`, errors, rule);
    }
    if (!name) {
      errors.push(required(`${at}.name`));
      continue;
    }
    checkQualifiedName(name, `${at}.name`, errors);
    if (known.has(name)) errors.push(duplicate(`${at}.name`, name));
    known.add(name);
  }
}

const notFoundActions = ['Deny', 'Allow'];

/** Which parameters a binding hands to its policy. */
export function checkParamRef(reference: ParamRef | undefined, path: string, errors: Errors): void {
  if (reference === undefined) return;
  const { name = '', selector, parameterNotFoundAction: action } = reference;
  const text = 'name and selector are mutually exclusive';
  if (name !== '') {
    tell(pathSegmentErrors(name), name, `${path}.name`, errors);
    if (selector !== undefined) errors.push(forbidden(`${path}.name`, text));
  }
  if (selector !== undefined) {
    checkSelector(selector, `${path}.selector`, errors);
    if (name !== '') errors.push(forbidden(`${path}.selector`, text));
  }
  if (name === '' && selector === undefined) {
    errors.push(required(path, 'one of name or selector must be specified'));
  }
  const at = `${path}.parameterNotFoundAction`;
  if (!action) errors.push(required(at));
  else checkOneOf(action, notFoundActions, at, errors);
}
