/** The rules that many strategies share: who may write spec, and who status. */
import type { HasMetadata } from '../../api/object.js';
import { deepEqual } from '../../api/equality.js';
import { keptField, withField } from './defaults/fill.js';

interface HasSpecAndStatus extends HasMetadata {
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** Who creates an object says nothing about its status. */
export function freshStatus<T extends HasSpecAndStatus>(status: T['status']): (object: T) => T {
  return object => withField(object, 'status', status);
}

/** Who updates the object itself changes nothing of its status. */
export function keepStatus<T extends HasSpecAndStatus>(object: T, old: T): T {
  return keptField(object, old, 'status');
}

/** Who updates the status changes nothing of the spec. */
export function keepSpec<T extends HasSpecAndStatus>(object: T, old: T): T {
  return keptField(object, old, 'spec');
}

/** Who updates the status changes neither spec nor labels. */
export function keepSpecAndLabels<T extends HasSpecAndStatus>(object: T, old: T): T {
  return keepMetadata(keepSpec(object, old), old, 'labels');
}

/** The object with these labels, annotations or owners of the old one. */
export function keepMetadata<T extends HasMetadata>(
  object: T,
  old: T,
  ...fields: readonly ('labels' | 'annotations' | 'ownerReferences' | 'finalizers')[]
): T {
  let metadata = object.metadata;
  for (const field of fields) metadata = keptField(metadata, old.metadata, field);
  return metadata === object.metadata ? object : { ...object, metadata };
}

/** Who updates the status changes nothing of the metadata that users own, and no spec. */
export function keepAllButStatus<T extends HasSpecAndStatus>(object: T, old: T): T {
  const { resourceVersion, managedFields } = object.metadata;
  const metadata = {
    ...old.metadata,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(managedFields === undefined ? {} : { managedFields }),
  };
  return { ...keepSpec(object, old), metadata };
}

/** Whether spec or annotations changed, for kinds whose children copy annotations. */
export function specOrAnnotationsChanged<T extends HasSpecAndStatus>(object: T, old: T): boolean {
  return (
    !deepEqual(object.spec, old.spec) ||
    !deepEqual(object.metadata.annotations ?? {}, old.metadata.annotations ?? {})
  );
}
