/** What an operator's installation creates besides its CRDs: namespace, account, role and binding. */
import type { PolicyRule } from '../../api/kinds/rbac.js';
import type { KubeObject } from '../../api/object.js';

/** The objects of an installation whose account has these rights in the whole cluster. */
export function installation(parts: {
  readonly namespace: string;
  readonly account: string;
  readonly rules: readonly PolicyRule[];
  /** What its role and the binding are called. Default: as its account. */
  readonly role?: string;
}): KubeObject[] {
  const { namespace, account, rules, role: name = account } = parts;
  const apiGroup = 'rbac.authorization.k8s.io';
  const rbac = `${apiGroup}/v1`;
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace } },
    { apiVersion: rbac, kind: 'ClusterRole', metadata: { name }, rules },
    {
      apiVersion: rbac,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
    },
  ];
}
