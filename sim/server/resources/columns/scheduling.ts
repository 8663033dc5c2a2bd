/** The columns of tables: scheduling. @upstream pkg/printers/internalversion/printers.go */
import type { Column } from '../strategy.js';
import { ageColumn, nameColumn, text } from './column.js';

/** The columns of PodGroup. */
export const podGroupColumns: readonly Column[] = [
  nameColumn,
  text(
    'Policy',
    'SchedulingPolicy defines the scheduling policy for this instance of the PodGroup. ' +
      'Controllers are expected to fill this field by copying it from a PodGroupTemplate. ' +
      'This field is immutable.',
  ),
  text('Workload', 'Name of the referenced Workload object'),
  text('Status', 'Status of the PodGroup'),
  ageColumn,
];

/** The columns of Workload. */
export const workloadColumns: readonly Column[] = [nameColumn, ageColumn];
