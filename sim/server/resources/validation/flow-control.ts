/** Checks of how requests are shared out. @upstream pkg/apis/flowcontrol/validation/validation.go */
import { deepEqual } from '../../../api/equality.js';
import type {
  FlowSchema,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  ServiceAccountSubject,
  Subject,
} from '../../../api/kinds/flowcontrol.js';
import { dns1123LabelErrors } from '../../../api/labels.js';
import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  required,
  type FieldError,
} from '../field-error.js';
import { checkAlone, checkLabel, checkSubdomain, type Errors } from './checks.js';
import { goValue } from './go-value.js';

const precedenceMax = 10000;
const methods = ['ByNamespace', 'ByUser'];

/** Objects that every server needs as they are. */
const mandatory = new Set(['exempt', 'catch-all']);

/** What is wrong with a FlowSchema. */
export function validateFlowSchema(schema: FlowSchema, old?: FlowSchema): readonly FieldError[] {
  const errors: Errors = [];
  const { metadata, spec, status } = schema;
  const { matchingPrecedence: precedence = 0, distinguisherMethod: method } = spec ?? {};
  const path = 'spec.matchingPrecedence';
  if (precedence <= 0) errors.push(invalid(path, precedence, 'must be a positive value'));
  if (precedence > precedenceMax) {
    errors.push(invalid(path, precedence, `must not be greater than ${precedenceMax}`));
  }
  if (precedence === 1 && metadata.name !== 'exempt') {
    const text = "only the schema named 'exempt' may have matchingPrecedence 1";
    errors.push(invalid(path, precedence, text));
  }
  if (method !== undefined && !methods.includes(method.type)) {
    const value = goValue('flowcontrol/v1.FlowDistinguisherMethod', method);
    errors.push(notSupported('spec.distinguisherMethod.type', value, methods));
  }
  const level = spec?.priorityLevelConfiguration.name ?? '';
  const levelPath = 'spec.priorityLevelConfiguration.name';
  if (level !== '') checkSubdomain(level, levelPath, errors);
  else errors.push(required(levelPath, 'must reference a priority level'));
  for (const [index, rule] of (spec?.rules ?? []).entries()) {
    checkRules(rule, `spec.rules[${index}]`, errors);
  }
  if (old !== undefined && isFixed(metadata.name, spec, old.spec)) {
    const value = goValue('flowcontrol/v1.FlowSchemaSpec', spec);
    errors.push(invalid('spec', value, `spec of '${metadata.name}' must equal the fixed value`));
  }
  checkFlowConditions(status?.conditions, errors);
  return errors;
}

function isFixed(name: string | undefined, now: unknown, old: unknown): boolean {
  return mandatory.has(name ?? '') && !deepEqual(now, old);
}

/** What is wrong with an update of the status of either kind. */
export function validateFlowStatus({
  status,
}: {
  readonly status?: { readonly conditions?: readonly { readonly type?: string }[] };
}): readonly FieldError[] {
  const errors: Errors = [];
  checkFlowConditions(status?.conditions, errors);
  return errors;
}

/** The conditions of a status: one of each type. */
export function checkFlowConditions(
  conditions: readonly { readonly type?: string }[] | undefined,
  errors: Errors,
): void {
  const types = new Set<string>();
  for (const [index, { type = '' }] of (conditions ?? []).entries()) {
    const path = `status.conditions[${index}].type`;
    if (types.has(type)) errors.push(duplicate(path, type));
    types.add(type);
    if (type === '') errors.push(required(path));
  }
}

function checkRules(rule: PolicyRulesWithSubjects, path: string, errors: Errors): void {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule;
  const list = subjects ?? [];
  for (const [index, subject] of list.entries()) {
    checkSubject(subject, `${path}.subjects[${index}]`, errors);
  }
  if (list.length === 0) {
    errors.push(required(`${path}.subjects`, 'subjects must contain at least one value'));
  }
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    const text = 'at least one of resourceRules and nonResourceRules has to be non-empty';
    errors.push(required(path, text));
  }
  for (const [index, each] of resourceRules.entries()) {
    checkResourceRule(each, `${path}.resourceRules[${index}]`, errors);
  }
  for (const [index, each] of nonResourceRules.entries()) {
    checkPathRule(each, `${path}.nonResourceRules[${index}]`, errors);
  }
}

const subjectKinds = ['Group', 'ServiceAccount', 'User'];

/** The fields of a subject, in the order in which they are refused beside another's. */
const subjectFields = [
  ['serviceAccount', 'ServiceAccount'],
  ['user', 'User'],
  ['group', 'Group'],
] as const;

function checkSubject(subject: Subject, path: string, errors: Errors): void {
  const { kind = '', serviceAccount, user, group } = subject;
  if (!subjectKinds.includes(kind)) {
    errors.push(notSupported(`${path}.kind`, kind, subjectKinds));
    return;
  }
  if (kind === 'ServiceAccount') checkAccount(serviceAccount, `${path}.serviceAccount`, errors);
  else if (kind === 'User') checkNamed(user, 'user', kind, path, errors);
  else checkNamed(group, 'group', kind, path, errors);
  for (const [field, owner] of subjectFields) {
    if (owner === kind || subject[field] === undefined) continue;
    const text = `${field} is forbidden when subject kind is not '${owner}'`;
    errors.push(forbidden(`${path}.${field}`, text));
  }
}

function checkNamed(
  subject: { readonly name: string } | undefined,
  field: string,
  kind: string,
  path: string,
  errors: Errors,
): void {
  const at = `${path}.${field}`;
  const text = `${field} is required when subject kind is '${kind}'`;
  if (subject === undefined) errors.push(required(at, text));
  else if (!subject.name) errors.push(required(`${at}.name`));
}

function checkAccount(
  account: ServiceAccountSubject | undefined,
  path: string,
  errors: Errors,
): void {
  if (account === undefined) {
    const text = "serviceAccount is required when subject kind is 'ServiceAccount'";
    errors.push(required(path, text));
    return;
  }
  const { name = '', namespace = '' } = account;
  if (name === '') errors.push(required(`${path}.name`));
  else if (name !== '*') checkSubdomain(name, `${path}.name`, errors);
  if (namespace !== '') checkLabel(namespace, `${path}.namespace`, errors);
  else errors.push(required(`${path}.namespace`, 'must specify namespace for service account'));
}

const verbs = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'proxy',
  'update',
  'watch',
];

function checkVerbs(list: readonly string[], path: string, errors: Errors): void {
  if (list.length === 0) errors.push(required(path, 'verbs must contain at least one value'));
  else if (list.includes('*')) checkAlone(list, 'verbs', path, errors);
  else if (!list.every(verb => verbs.includes(verb))) errors.push(notSupported(path, list, verbs));
}

function checkResourceRule(rule: ResourcePolicyRule, path: string, errors: Errors): void {
  const [groups, resources] = [rule.apiGroups ?? [], rule.resources ?? []];
  checkVerbs(rule.verbs ?? [], `${path}.verbs`, errors);
  const needed = 'resource rules must supply at least one';
  if (groups.length === 0) errors.push(required(`${path}.apiGroups`, `${needed} api group`));
  else checkAlone(groups, 'api groups', `${path}.apiGroups`, errors);
  if (resources.length === 0) errors.push(required(`${path}.resources`, `${needed} resource`));
  else checkAlone(resources, 'resources', `${path}.resources`, errors);
  const { clusterScope } = rule;
  const namespaces = rule.namespaces ?? [];
  const at = `${path}.namespaces`;
  if (namespaces.length === 0 && clusterScope !== true) {
    const text = 'resource rules that are not cluster scoped must supply at least one namespace';
    errors.push(required(at, text));
  } else if (namespaces.includes('*')) checkAlone(namespaces, 'namespaces', at, errors);
  else {
    const intro = "each member of this list must be '*' or a DNS-1123 label; ";
    for (const [index, name] of namespaces.entries()) {
      for (const text of dns1123LabelErrors(name)) {
        errors.push(invalid(`${at}[${index}]`, name, intro + text));
      }
    }
  }
}

function checkPathRule(rule: NonResourcePolicyRule, path: string, errors: Errors): void {
  checkVerbs(rule.verbs ?? [], `${path}.verbs`, errors);
  const urls = rule.nonResourceURLs ?? [];
  const at = `${path}.nonResourceURLs`;
  if (urls.length === 0) {
    errors.push(required(at, 'nonResourceURLs must contain at least one value'));
  } else if (urls.includes('*')) checkAlone(urls, 'non-resource URLs', at, errors);
  else {
    for (const [index, url] of urls.entries()) {
      const text = urlText(url);
      if (text !== '') errors.push(invalid(`${at}[${index}]`, url, text));
    }
  }
}

function urlText(url: string): string {
  if (url === '') return 'must not be empty';
  if (url === '/') return '';
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const stars = url.split('*').length - 1;
  const isSuffix = stars === 0 || (stars === 1 && url.endsWith('/*'));
  return isSuffix ? '' : 'wildcard can only do suffix matching';
}
