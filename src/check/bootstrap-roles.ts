/** The ClusterRoles that every cluster has. */
import { bootstrapRbac } from '../../sim/api/generated/bootstrap.js';

// The table is ours: its form is what scripts/generate writes.
const { clusterroles } = bootstrapRbac() as {
  readonly clusterroles: readonly { readonly name: string }[];
};

/** Their names. */
export const bootstrapRoles: ReadonlySet<string> = new Set(clusterroles.map(({ name }) => name));
