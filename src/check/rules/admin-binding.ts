/** SEA605: an account is the cluster's admin, or everybody gets rights. */
import {
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
  type RoleBinding,
} from '../../../sim/api/kinds/rbac.js';
import type { Entry } from '../entry.js';
import { listOf } from '../pod-template.js';
import type { Rule } from '../rule.js';
import type { Survey } from '../survey.js';

const everybody = new Set(['system:anonymous', 'system:unauthenticated', 'system:authenticated']);
/** Kubernetes binds them to everybody itself, or tells how: the keys of an issuer of tokens are public. */
const harmless = new Set([
  'system:discovery',
  'system:basic-user',
  'system:public-info-viewer',
  'system:service-account-issuer-discovery',
]);

/** The rule. */
export const adminBinding: Rule = {
  id: 'SEA605',
  name: 'admin-binding',
  severity: 'warning',
  title:
    'A binding makes a ServiceAccount the admin of the cluster, or gives rights to everybody or to all default pods.',
  why: 'cluster-admin on a pod is the cluster for whoever takes over the pod. Rights of the account default go to every pod that names no other; those of system:authenticated to every token.',
  fix: 'bind a role with the rights that are used, to an account of its own',
  source: 'https://kubernetes.io/docs/concepts/security/rbac-good-practice/',
  *find(survey) {
    for (const entry of [...survey.of(clusterRoleBindings), ...survey.of(roleBindings)]) {
      const { roleRef, subjects } = entry.object;
      const isAdmin = roleRef.name === 'cluster-admin' && entry.kind === 'ClusterRoleBinding';
      for (const [index, { kind, name, namespace = '' }] of listOf(subjects).entries()) {
        const path = ['subjects', index];
        if (everybody.has(name) && !harmless.has(roleRef.name)) {
          const message = `${roleRef.kind} ${roleRef.name} goes to ${name}: to everybody`;
          const severity = isPublic(survey, entry) ? 'info' : 'error';
          yield { entry, path, message, severity, subject: name };
        } else if (kind !== 'ServiceAccount') continue;
        else if (isAdmin) {
          const message = `ServiceAccount ${namespace}/${name} becomes cluster-admin`;
          yield { entry, path, message, subject: name };
        } else if (name === 'default') {
          const message = `${roleRef.kind} ${roleRef.name} goes to the account default of ${namespace}: to every pod there that names no other`;
          yield { entry, path, message, severity: 'info', subject: name };
        }
      }
    }
  },
};

const reads: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** Whether all that the role gives is to read objects that it names, and no Secrets: they are meant for everybody. */
function isPublic(survey: Survey, { object, namespace }: Entry<RoleBinding>): boolean {
  const { roleRef } = object;
  const role = roleRef.kind === 'Role' ? survey.of(roles) : survey.of(clusterRoles);
  const found = role.find(
    one => one.name === roleRef.name && (roleRef.kind !== 'Role' || one.namespace === namespace),
  );
  const rules = listOf(found?.object.rules);
  return (
    rules.length > 0 &&
    rules.every(
      rule =>
        listOf(rule.resourceNames).length > 0 &&
        listOf(rule.verbs).every(verb => reads.has(verb)) &&
        !listOf(rule.resources).some(resource => /^(\*|secrets)(\/|$)/.test(resource)),
    )
  );
}
