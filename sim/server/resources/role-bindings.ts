/** RoleBindings. @upstream pkg/registry/rbac/rolebinding/strategy.go */
import { roleBindings, type RoleBinding } from '../../api/kinds/rbac.js';
import { bindingCells } from './columns/binding-cells.js';
import { roleBindingColumns } from './columns/policy.js';
import { bindingDefaults } from './defaults/rbac.js';
import { strategyOf } from './strategy.js';
import { validateRoleBinding, validateRoleBindingUpdate } from './validation/rbac.js';

/** The strategy of RoleBindings. */
export const roleBinding = strategyOf<RoleBinding>({
  kind: roleBindings,
  nameRule: 'path',
  allowsCreateOnUpdate: true,
  validate: validateRoleBinding,
  validateUpdate: validateRoleBindingUpdate,
  defaults: bindingDefaults,
  columns: roleBindingColumns,
  cells: bindingCells,
});
