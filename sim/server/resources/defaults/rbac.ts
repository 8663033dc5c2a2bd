/** The defaults of role bindings. @upstream pkg/apis/rbac/v1/defaults.go */
import type { RoleRef, Subject } from '../../../api/kinds/rbac.js';
import { eachItem, fillEmpty, within } from './fill.js';

const group = 'rbac.authorization.k8s.io';

/** The defaults of a RoleBinding or ClusterRoleBinding. */
export function bindingDefaults<
  T extends { readonly roleRef: RoleRef; readonly subjects?: readonly Subject[] },
>(binding: T): T {
  const roleRef = fillEmpty(binding.roleRef ?? { kind: '', name: '' }, { apiGroup: group });
  const referred = roleRef === binding.roleRef ? binding : { ...binding, roleRef };
  return within(referred, 'subjects', subjects => eachItem(subjects, subjectDefaults));
}

function subjectDefaults(subject: Subject): Subject {
  const isNamed = subject.kind === 'User' || subject.kind === 'Group';
  return isNamed ? fillEmpty(subject, { apiGroup: group }) : subject;
}
