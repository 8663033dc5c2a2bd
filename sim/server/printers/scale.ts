/** The table of a Scale, which has columns of its own. @upstream pkg/printers/internalversion/printers.go printScale */
import type { KubeObject } from '../../api/object.js';
import { ageOf } from '../resources/columns/cell.js';
import { ageColumn, integer, nameColumn, text } from '../resources/columns/column.js';
import type { Scope } from '../scope.js';
import { includeFailure, tableOf } from './table.js';

const columns = [
  text('Name', nameColumn.description),
  integer('Desired', 'replicas is the desired number of instances for the scaled object.'),
  integer('Available', 'replicas is the actual number of observed instances of the scaled object.'),
  ageColumn,
];

/** The Scale as the client asked for it. */
export function transformedScale(scope: Scope, scale: KubeObject): unknown {
  if (scope.media.transform?.kind !== 'Table') return scale;
  const { resourceVersion } = scale.metadata;
  const table = { hasColumns: true, columns, cells };
  return includeFailure(scope) ?? tableOf(scope, [scale], { resourceVersion }, table);
}

function cells(scale: KubeObject, nowMs: number): readonly unknown[] {
  const { metadata, spec, status } = scale as KubeObject & {
    readonly spec: { readonly replicas?: number };
    readonly status: { readonly replicas: number };
  };
  return [metadata.name, spec.replicas ?? 0, status.replicas, ageOf(scale, nowMs)];
}
