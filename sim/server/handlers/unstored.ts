/**
 * What creating shares that stores nothing: reviews and tokens go through admission and know their
 * manager as any object does.
 */
import { shapeOfKind } from '../../api/facts.js';
import { zeroStruct } from '../../api/go-struct.js';
import { builtInSchema } from '../../api/managed-fields/built-in-schema.js';
import { entriesAfterUpdate } from '../../api/managed-fields/update.js';
import type { KubeObject } from '../../api/object.js';
import { AdmissionRun, type Admission } from '../admit.js';
import { withManagedFields } from '../object-meta.js';
import type { Scope } from '../scope.js';
import { managerOf, type WriteOptions } from '../write-options.js';

type PlainKind = Admission['kind'] & object;

/** The object with its one manager; our own components do not ask for managers. */
export function ownedByManager(
  scope: Scope,
  object: KubeObject,
  { kind, options }: { readonly kind: PlainKind; readonly options: WriteOptions },
): KubeObject {
  const { context, subresource } = scope;
  const shape = shapeOfKind(kind);
  if (context.connection.omitsManagedFields || shape === undefined) return object;
  const apiVersion = `${kind.group}/${kind.version}`;
  const entries = entriesAfterUpdate([], {
    apiVersion,
    schema: builtInSchema(shape),
    manager: managerOf(context, options),
    subresource,
    nowMs: context.nowMs,
    before: { ...zeroStruct(shape), kind: kind.kind, apiVersion },
    after: object,
    isCreate: true,
  });
  return withManagedFields(object, entries);
}

/** The admission of an object that nobody stores. */
export function unstoredAdmission(
  scope: Scope,
  { kind, options }: { readonly kind: PlainKind; readonly options: WriteOptions },
): AdmissionRun {
  return new AdmissionRun({
    operation: 'CREATE',
    scope,
    isDryRun: options.isDryRun,
    options: options.object,
    oldObject: undefined,
    defaulted: object => object,
    kind,
  });
}
