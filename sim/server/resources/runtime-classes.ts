/** RuntimeClasses. @upstream pkg/registry/node/runtimeclass/strategy.go */
import { runtimeClasses, type RuntimeClass } from '../../api/kinds/node.js';
import { ageOf } from './columns/cell.js';
import { runtimeClassColumns } from './columns/workloads.js';
import { within } from './defaults/fill.js';
import { resourceListDefaults } from './defaults/resource-list.js';
import { strategyOf } from './strategy.js';
import { validateRuntimeClass, validateRuntimeClassUpdate } from './validation/classes.js';

/** The strategy of RuntimeClasses. */
export const runtimeClass = strategyOf<RuntimeClass>({
  kind: runtimeClasses,
  allowsCreateOnUpdate: true,
  allowsUnconditionalUpdate: false,
  validate: validateRuntimeClass,
  validateUpdate: validateRuntimeClassUpdate,
  defaults: object =>
    within(object, 'overhead', overhead => within(overhead, 'podFixed', resourceListDefaults)),
  columns: runtimeClassColumns,
  cells: (object, nowMs) => [object.metadata.name, object.handler, ageOf(object, nowMs)],
});
