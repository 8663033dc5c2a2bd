/** ClusterRoles. @upstream pkg/registry/rbac/clusterrole/strategy.go */
import { clusterRoles, type ClusterRole } from '../../api/kinds/rbac.js';
import { fill } from './defaults/fill.js';
import { strategyOf } from './strategy.js';
import { validateClusterRole } from './validation/rbac.js';

/** The strategy of ClusterRoles. */
export const clusterRole = strategyOf<ClusterRole>({
  kind: clusterRoles,
  nameRule: 'path',
  allowsCreateOnUpdate: true,
  validate: validateClusterRole,
  validateUpdate: validateClusterRole,
  defaults: object => fill(object, { rules: null as never }),
});
