/** ClusterRoleBindings. @upstream pkg/registry/rbac/clusterrolebinding/strategy.go */
import { clusterRoleBindings, type ClusterRoleBinding } from '../../api/kinds/rbac.js';
import { bindingCells } from './columns/binding-cells.js';
import { clusterRoleBindingColumns } from './columns/policy.js';
import { bindingDefaults } from './defaults/rbac.js';
import { strategyOf } from './strategy.js';
import { validateClusterRoleBinding, validateClusterRoleBindingUpdate } from './validation/rbac.js';

/** The strategy of ClusterRoleBindings. */
export const clusterRoleBinding = strategyOf<ClusterRoleBinding>({
  kind: clusterRoleBindings,
  nameRule: 'path',
  allowsCreateOnUpdate: true,
  validate: validateClusterRoleBinding,
  validateUpdate: validateClusterRoleBindingUpdate,
  defaults: bindingDefaults,
  columns: clusterRoleBindingColumns,
  cells: bindingCells,
});
