/** Owners, finalizers and conditions: what all controllers ask of objects. */
import type { OwnerReference } from './kinds/meta.js';
import { apiVersionOf, type HasMetadata, type Kind } from './object.js';

/** The owner that controls the object, if one does. */
export function controllerOf(object: HasMetadata): OwnerReference | undefined {
  const owners = object.metadata.ownerReferences;
  if (owners === undefined) return undefined;
  for (const owner of owners) if (owner.controller === true) return owner;
  return undefined;
}

/** Whether the owner is the object's controller. */
export function isControlledBy(object: HasMetadata, owner: HasMetadata): boolean {
  const controller = controllerOf(object);
  return controller !== undefined && controller.uid === owner.metadata.uid;
}

/** A reference to the owner as the object's controller, which blocks the owner's deletion. */
export function ownerReference(
  owner: HasMetadata,
  kind: Pick<Kind, 'group' | 'version' | 'kind'>,
): OwnerReference {
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Whether the object has the finalizer. */
export function hasFinalizer(object: HasMetadata, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) ?? false;
}

/** Whether the object's deletion has begun. */
export function isDeleting(object: HasMetadata): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

/** `namespace/name`, or the name alone: the key of an object in queues. */
export function keyOf(object: HasMetadata): string {
  const { namespace, name = '' } = object.metadata;
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

/** The namespace ('' for none) and name of a key. */
export function splitKey(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return slash < 0
    ? { namespace: '', name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** What conditions of all kinds share. */
export interface AnyCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** The condition of the type, if it is there. */
export function findCondition<C extends AnyCondition>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  if (conditions === undefined) return undefined;
  for (const condition of conditions) if (condition.type === type) return condition;
  return undefined;
}

/** Whether the condition of the type has status True. */
export function isConditionTrue(
  conditions: readonly AnyCondition[] | undefined,
  type: string,
): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/**
 * The conditions with this one in the place of the one of its type, or at the end. The time of
 * transition is kept while the status stays, as meta.SetStatusCondition does.
 */
export function withCondition<C extends AnyCondition>(
  conditions: readonly C[] | undefined,
  condition: C,
): readonly C[] {
  const old = findCondition(conditions, condition.type);
  if (conditions === undefined || old === undefined) return [...(conditions ?? []), condition];
  const lastTransitionTime = old.lastTransitionTime;
  const isKept = old.status === condition.status && lastTransitionTime !== undefined;
  const next = isKept ? { ...condition, lastTransitionTime } : condition;
  return conditions.map(one => (one === old ? next : one));
}

/** The conditions without the one of the type. */
export function withoutCondition<C extends AnyCondition>(
  conditions: readonly C[] | undefined,
  type: string,
): readonly C[] {
  return (conditions ?? []).filter(condition => condition.type !== type);
}
