/** The roles that every cluster has. */
import { bootstrapRbac } from '../../sim/api/generated/bootstrap.js';

// The table is ours: its form is what scripts/generate writes.
const { clusterroles, roles } = bootstrapRbac() as {
  readonly clusterroles: readonly { readonly name: string }[];
  readonly roles: readonly { readonly namespace: string; readonly name: string }[];
};

/** The names of the ClusterRoles. */
export const bootstrapRoles: ReadonlySet<string> = new Set(clusterroles.map(({ name }) => name));

/** `kube-system/extension-apiserver-authentication-reader`, and the other Roles. */
export const bootstrapNamespacedRoles: ReadonlySet<string> = new Set(
  roles.map(({ namespace, name }) => `${namespace}/${name}`),
);
