/** Finds the object that a controller reference names, and what an object owns. */
import type { OwnerReference } from '../../api/kinds/meta.js';
import { controllerOf } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { View } from '../../client/contract.js';

/** The object that the reference names, if the cache has it under that uid and kind. */
export function resolve<T extends HasMetadata>(
  view: View,
  kind: Kind<T>,
  namespace: string,
  reference: OwnerReference | undefined,
): T | undefined {
  if (reference === undefined || reference.kind !== kind.kind) return undefined;
  const owner = view.get(kind, namespace, reference.name);
  return owner?.metadata.uid === reference.uid ? owner : undefined;
}

/** Index functions for watches of what is owned: `orphan` finds, by namespace, what nobody controls. */
export const orphanIndex: Readonly<Record<string, (object: HasMetadata) => readonly string[]>> = {
  orphan: object => (controllerOf(object) === undefined ? [object.metadata.namespace ?? ''] : []),
};

/** What the owner controls. */
export function owned<T extends HasMetadata>(
  view: View,
  kind: Kind<T>,
  owner: HasMetadata,
): readonly T[] {
  return view.byIndex(kind, 'owner', owner.metadata.uid ?? '');
}

/** What the owner controls, and what nobody does in its namespace. */
export function ownedAndOrphans<T extends HasMetadata>(
  view: View,
  kind: Kind<T>,
  owner: HasMetadata,
): readonly T[] {
  const orphans = view.byIndex(kind, 'orphan', owner.metadata.namespace ?? '');
  const own = owned(view, kind, owner);
  return orphans.length === 0 ? own : [...own, ...orphans];
}
