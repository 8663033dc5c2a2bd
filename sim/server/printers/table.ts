/** Tables: what `kubectl get` shows. @upstream pkg/printers/tablegenerator.go */
import type { KubeObject } from '../../api/object.js';
import { badRequest, type Failure } from '../../api/status.js';
import type { Column } from '../resources/strategy.js';
import type { Scope } from '../scope.js';
import { partialObject } from './transform.js';

/** What is said of the name. */
export const nameDescription =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names';
/** What is said of the time of creation. */
export const createdDescription =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata';

/** The columns of kinds that have none of their own. */
export const defaultColumns: readonly Column[] = [
  { name: 'Name', type: 'string', format: 'name', description: nameDescription },
  { name: 'Created At', type: 'date', description: createdDescription },
];

/** A bad `includeObject`, or undefined. */
export function includeFailure({ context }: Scope): Failure | undefined {
  const include = context.parameter('includeObject') ?? '';
  if (['', 'None', 'Metadata', 'Object'].includes(include)) return undefined;
  return badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(include)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

/** How a table is shown. */
export interface TableForm {
  readonly hasColumns: boolean;
  /** Instead of the kind's own. */
  readonly columns?: readonly Column[];
  readonly cells?: (object: KubeObject, nowMs: number) => readonly unknown[];
}

/** The object of a bookmark's row has no name, which is empty text in Go. */
function filled({ metadata }: KubeObject, cells: readonly unknown[]): readonly unknown[] {
  return metadata.name === undefined ? cells.map(cell => cell ?? '') : cells;
}

/** The table of these objects. Watches show the columns only once. */
export function tableOf(
  scope: Scope,
  objects: readonly KubeObject[],
  metadata: Readonly<Record<string, unknown>>,
  { hasColumns, ...own }: TableForm = { hasColumns: true },
): unknown {
  const { core, resource, context, media } = scope;
  const { strategy } = resource;
  const nowMs = core.clock.now();
  const include = context.parameter('includeObject') ?? '';
  const version = media.transform?.version ?? 'v1';
  const cellsOf = own.cells ?? strategy.cells ?? defaultCells;
  const columns = own.columns ?? strategy.columns ?? defaultColumns;
  const rows = inOrder(objects, strategy.compareRows).map(object => {
    const conditions = strategy.rowConditions?.(object) ?? [];
    return {
      cells: filled(object, cellsOf(object, nowMs)),
      ...(conditions.length > 0 && { conditions }),
      object: includedObject(scope, object, include),
    };
  });
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    columnDefinitions: hasColumns ? columns.map(shownColumn) : null,
    // The printer of kinds without columns of their own leaves Go's list as it is made.
    rows: objects.length === 0 && cellsOf === defaultCells ? null : rows,
  };
}

function inOrder(
  objects: readonly KubeObject[],
  compare: ((one: KubeObject, other: KubeObject) => number) | undefined,
): readonly KubeObject[] {
  return compare === undefined ? objects : [...objects].sort(compare);
}

function includedObject({ resource, media }: Scope, object: KubeObject, include: string): unknown {
  switch (include) {
    case 'None':
      return null;
    case 'Object':
      return object;
    default:
      return partialObject(object, resource, media.transform?.version ?? 'v1');
  }
}

function shownColumn({ name, type, format, description, priority }: Column): unknown {
  return { name, type, format: format ?? '', description, priority: priority ?? 0 };
}

function defaultCells({ metadata }: KubeObject): readonly unknown[] {
  return [metadata.name, metadata.creationTimestamp ?? null];
}
