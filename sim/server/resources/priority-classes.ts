/** PriorityClasses. @upstream pkg/registry/scheduling/priorityclass/strategy.go */
import { priorityClasses, type PriorityClass } from '../../api/kinds/scheduling.js';
import { ageOf } from './columns/cell.js';
import { priorityClassColumns } from './columns/workloads.js';
import { fill } from './defaults/fill.js';
import { strategyOf } from './strategy.js';
import { validatePriorityClass, validatePriorityClassUpdate } from './validation/classes.js';

/** The strategy of PriorityClasses. */
export const priorityClass = strategyOf<PriorityClass>({
  kind: priorityClasses,
  defaults: object => fill(object, { value: 0, preemptionPolicy: 'PreemptLowerPriority' }),
  hasGeneration: true,
  validate: validatePriorityClass,
  validateUpdate: validatePriorityClassUpdate,
  // The generation is 1 at creation and never moves.
  bumpsGeneration: () => false,
  columns: priorityClassColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    object.value,
    object.globalDefault ?? false,
    ageOf(object, nowMs),
    object.preemptionPolicy ?? '',
  ],
});
