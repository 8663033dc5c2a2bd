/** Checks of roles and who has them. @upstream pkg/apis/rbac/validation/validation.go */
import { deepEqual } from '../../../api/equality.js';
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from '../../../api/kinds/rbac.js';
import { invalid, notSupported, required, type FieldError } from '../field-error.js';
import { checkSegment, checkSelector, checkSubdomain, type Errors } from './checks.js';
import { goValue } from './go-value.js';

const group = 'rbac.authorization.k8s.io';

/** What is wrong with a Role. */
export function validateRole({ rules }: Role): readonly FieldError[] {
  const errors: Errors = [];
  for (const [index, rule] of (rules ?? []).entries()) {
    checkRule(rule, true, `rules[${index}]`, errors);
  }
  return errors;
}

/** What is wrong with a ClusterRole. */
export function validateClusterRole({
  rules,
  aggregationRule,
}: ClusterRole): readonly FieldError[] {
  const errors: Errors = [];
  for (const [index, rule] of (rules ?? []).entries()) {
    checkRule(rule, false, `rules[${index}]`, errors);
  }
  if (aggregationRule === undefined) return errors;
  const path = 'aggregationRule.clusterRoleSelectors';
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  if (selectors.length === 0) {
    const text = 'at least one clusterRoleSelector required if aggregationRule is non-nil';
    errors.push(required(path, text));
  }
  for (const [index, selector] of selectors.entries()) {
    const at = `${path}[${index}]`;
    const before = errors.length;
    checkSelector(selector, at, errors);
    // What can't be read any more has become nothing.
    if (errors.length > before) errors.push(invalid(at, null, 'invalid label selector.'));
  }
  return errors;
}

function checkRule(rule: PolicyRule, isNamespaced: boolean, path: string, errors: Errors): void {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  if ((verbs ?? []).length === 0) {
    errors.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
  }
  if (nonResourceURLs.length > 0) {
    const at = `${path}.nonResourceURLs`;
    if (isNamespaced) {
      const text = 'namespaced rules cannot apply to non-resource URLs';
      errors.push(invalid(at, nonResourceURLs, text));
    }
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      const text = 'rules cannot apply to both regular resources and non-resource URLs';
      errors.push(invalid(at, nonResourceURLs, text));
    }
    return;
  }
  if (apiGroups.length === 0) {
    const text = 'resource rules must supply at least one api group';
    errors.push(required(`${path}.apiGroups`, text));
  }
  if (resources.length === 0) {
    const text = 'resource rules must supply at least one resource';
    errors.push(required(`${path}.resources`, text));
  }
}

type Binding = RoleBinding | ClusterRoleBinding;

/** What is wrong with a RoleBinding. */
export function validateRoleBinding(binding: RoleBinding): readonly FieldError[] {
  return bindingErrors(binding, true);
}

/** What is wrong with a ClusterRoleBinding. */
export function validateClusterRoleBinding(binding: ClusterRoleBinding): readonly FieldError[] {
  return bindingErrors(binding, false);
}

/** What is wrong with an update of a RoleBinding. */
export function validateRoleBindingUpdate(binding: RoleBinding, old: RoleBinding) {
  return [...bindingErrors(binding, true), ...changeErrors(binding, old)];
}

/** What is wrong with an update of a ClusterRoleBinding. */
export function validateClusterRoleBindingUpdate(
  binding: ClusterRoleBinding,
  old: ClusterRoleBinding,
) {
  return [...bindingErrors(binding, false), ...changeErrors(binding, old)];
}

function changeErrors({ roleRef }: Binding, old: Binding): readonly FieldError[] {
  if (deepEqual(roleRef, old.roleRef)) return [];
  return [invalid('roleRef', goValue('rbac/v1.RoleRef', roleRef), 'cannot change roleRef')];
}

function bindingErrors({ roleRef, subjects }: Binding, isNamespaced: boolean) {
  const errors: Errors = [];
  const { apiGroup = '', kind = '', name = '' } = roleRef;
  if (apiGroup !== group) errors.push(notSupported('roleRef.apiGroup', apiGroup, [group]));
  const kinds = isNamespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  if (!kinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, kinds));
  checkSegment(name, 'roleRef.name', errors);
  for (const [index, subject] of (subjects ?? []).entries()) {
    checkSubject(subject, isNamespaced, `subjects[${index}]`, errors);
  }
  return errors as readonly FieldError[];
}

const subjectKinds = ['ServiceAccount', 'User', 'Group'];

function checkSubject(subject: Subject, isNamespaced: boolean, path: string, errors: Errors): void {
  const { kind = '', name = '', apiGroup = '', namespace = '' } = subject;
  if (name === '') errors.push(required(`${path}.name`));
  const at = `${path}.apiGroup`;
  if (kind === 'ServiceAccount') {
    if (name !== '') checkSubdomain(name, `${path}.name`, errors);
    if (apiGroup !== '') errors.push(notSupported(at, apiGroup, ['']));
    if (!isNamespaced && namespace === '') errors.push(required(`${path}.namespace`));
  } else if (!subjectKinds.includes(kind)) {
    errors.push(notSupported(`${path}.kind`, kind, subjectKinds));
  } else if (apiGroup !== group) errors.push(notSupported(at, apiGroup, [group]));
}
