/** SEA212: a binding names a role, or an account, that is not there. */
import { clusterRoleBindings, roleBindings } from '../../../sim/api/kinds/rbac.js';
import type { RoleRef, Subject } from '../../../sim/api/kinds/rbac.js';
import { bootstrapNamespacedRoles, bootstrapRoles } from '../bootstrap-roles.js';
import type { AnyEntry } from '../entry.js';
import { listOf } from '../pod-template.js';
import { missing } from '../references.js';
import type { Hit, Rule } from '../rule.js';
import type { Survey } from '../survey.js';

/** The rule. */
export const roleReference: Rule = {
  id: 'SEA212',
  name: 'role-reference',
  severity: 'warning',
  title:
    'A RoleBinding or ClusterRoleBinding names a role or a ServiceAccount that is not among the manifests.',
  why: 'The binding is created and grants nothing: requests are answered 403, often only by the controller that needed them.',
  fix: 'mend the name (and namespace), or add the role or account',
  source: 'https://kubernetes.io/docs/reference/access-authn-authz/rbac/',
  *find(survey) {
    for (const entry of [...survey.of(roleBindings), ...survey.of(clusterRoleBindings)]) {
      yield* role(survey, entry, entry.object.roleRef);
      yield* subjects(survey, entry, listOf(entry.object.subjects));
    }
  },
};

const group = 'rbac.authorization.k8s.io';

function* role(survey: Survey, entry: AnyEntry, { kind, name }: RoleRef): Iterable<Hit> {
  // The API server refuses that, which is told elsewhere.
  if (kind === '' || name === '') return;
  if (kind === 'ClusterRole' && bootstrapRoles.has(name)) return;
  if (kind === 'Role' && bootstrapNamespacedRoles.has(`${entry.namespace}/${name}`)) return;
  const namespace = kind === 'Role' ? { namespace: entry.namespace } : {};
  const gap = missing(survey, { group, kind, ...namespace, name });
  if (gap === undefined) return;
  yield { entry, path: ['roleRef', 'name'], message: gap.text, severity: gap.severity };
}

function* subjects(survey: Survey, entry: AnyEntry, list: readonly Subject[]): Iterable<Hit> {
  for (const [index, { kind, name, namespace }] of list.entries()) {
    if (kind !== 'ServiceAccount' || name === 'default') continue;
    const path = ['subjects', index, 'name'];
    // Without a namespace the API server refuses it, which is told elsewhere.
    if (namespace === undefined || namespace === '' || namespace === 'kube-system') continue;
    const gap = missing(survey, { kind: 'ServiceAccount', namespace, name });
    if (gap === undefined) continue;
    yield { entry, path, message: gap.text, severity: gap.severity, subject: name };
  }
}
