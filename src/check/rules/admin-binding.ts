/** SEA605: an account is the cluster's admin, or everybody gets rights. */
import { clusterRoleBindings, roleBindings } from '../../../sim/api/kinds/rbac.js';
import { listOf } from '../pod-template.js';
import type { Rule } from '../rule.js';

const everybody = new Set(['system:anonymous', 'system:unauthenticated', 'system:authenticated']);
const harmless = new Set(['system:discovery', 'system:basic-user', 'system:public-info-viewer']);

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
          yield { entry, path, message, severity: 'error', subject: name };
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
