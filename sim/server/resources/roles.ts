/** Roles. @upstream pkg/registry/rbac/role/strategy.go */
import { roles, type Role } from '../../api/kinds/rbac.js';
import { fill } from './defaults/fill.js';
import { strategyOf } from './strategy.js';
import { validateRole } from './validation/rbac.js';

/** The strategy of Roles. */
export const role = strategyOf<Role>({
  kind: roles,
  nameRule: 'path',
  allowsCreateOnUpdate: true,
  validate: validateRole,
  validateUpdate: validateRole,
  defaults: object => fill(object, { rules: null as never }),
});
