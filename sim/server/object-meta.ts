/** Metadata of objects as the server builds it: always in Go's order of fields. */
import type { ManagedFieldsEntry, ObjectMeta, OwnerReference } from '../api/kinds/meta.js';
import type { KubeObject } from '../api/object.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The metadata with its fields in Go's order, without what is empty. Lists of managers are left out. */
export function orderedMeta(meta: ObjectMeta): ObjectMeta {
  const ordered: Writable<ObjectMeta> = {};
  if (meta.name) ordered.name = meta.name;
  if (meta.generateName) ordered.generateName = meta.generateName;
  if (meta.namespace) ordered.namespace = meta.namespace;
  if (meta.uid) ordered.uid = meta.uid;
  if (meta.resourceVersion) ordered.resourceVersion = meta.resourceVersion;
  if (meta.generation) ordered.generation = meta.generation;
  if (meta.creationTimestamp) ordered.creationTimestamp = meta.creationTimestamp;
  if (meta.deletionTimestamp) ordered.deletionTimestamp = meta.deletionTimestamp;
  if (meta.deletionGracePeriodSeconds !== undefined && meta.deletionGracePeriodSeconds !== null) {
    ordered.deletionGracePeriodSeconds = meta.deletionGracePeriodSeconds;
  }
  return withLists(ordered, meta);
}

/** What the server sets in the metadata of a new object. */
export interface SystemFields {
  readonly name: string | undefined;
  readonly uid: string;
  readonly creationTimestamp: string;
  readonly generation: number | undefined;
}

/** The metadata of a new object, in Go's order. */
export function newMeta(meta: ObjectMeta, system: SystemFields): ObjectMeta {
  const ordered: Writable<ObjectMeta> = {};
  if (system.name) ordered.name = system.name;
  if (meta.generateName) ordered.generateName = meta.generateName;
  if (meta.namespace) ordered.namespace = meta.namespace;
  ordered.uid = system.uid;
  // Keeps its place for the version, which is known only when the object is stored.
  ordered.resourceVersion = undefined as unknown as string;
  if (system.generation) ordered.generation = system.generation;
  ordered.creationTimestamp = system.creationTimestamp;
  return withLists(ordered, meta);
}

/** The metadata of a changed object: what no client can change is the live object's. */
export function keptMeta(meta: ObjectMeta, live: ObjectMeta, generation: number): ObjectMeta {
  const ordered: Writable<ObjectMeta> = {};
  if (meta.name) ordered.name = meta.name;
  if (meta.generateName) ordered.generateName = meta.generateName;
  if (meta.namespace) ordered.namespace = meta.namespace;
  const uid = meta.uid || live.uid;
  if (uid) ordered.uid = uid;
  if (meta.resourceVersion) ordered.resourceVersion = meta.resourceVersion;
  if (generation !== 0) ordered.generation = generation;
  if (live.creationTimestamp) ordered.creationTimestamp = live.creationTimestamp;
  const deletionTimestamp = live.deletionTimestamp ?? meta.deletionTimestamp;
  if (deletionTimestamp) ordered.deletionTimestamp = deletionTimestamp;
  const grace = meta.deletionGracePeriodSeconds ?? live.deletionGracePeriodSeconds;
  if (grace !== undefined && grace !== null) ordered.deletionGracePeriodSeconds = grace;
  return withLists(ordered, meta);
}

/** Adds the labels, annotations, owners and finalizers, if there are any. */
function withLists(ordered: Writable<ObjectMeta>, meta: ObjectMeta): ObjectMeta {
  if (isFilled(meta.labels)) ordered.labels = meta.labels;
  if (isFilled(meta.annotations)) ordered.annotations = meta.annotations;
  if (meta.ownerReferences?.length) ordered.ownerReferences = meta.ownerReferences;
  if (meta.finalizers?.length) ordered.finalizers = meta.finalizers;
  return ordered;
}

function isFilled(map: Readonly<Record<string, string>> | null | undefined): boolean {
  if (map === undefined || map === null) return false;
  for (const key in map) if (map[key] !== undefined) return true;
  return false;
}

/** The object with this metadata; kind and apiVersion stand first. */
export function withMeta(object: KubeObject, metadata: ObjectMeta): KubeObject {
  const { kind, apiVersion } = object;
  return { kind, apiVersion, ...object, metadata } as KubeObject;
}

/** The object with the resourceVersion in its place. */
export function withResourceVersion(object: KubeObject, resourceVersion: string): KubeObject {
  const { metadata } = object;
  if (!('resourceVersion' in metadata)) {
    return withMeta(object, orderedMeta(Object.assign({}, metadata, { resourceVersion })));
  }
  // Of the many shapes that come here an assignment is copied quicker than a spread.
  return Object.assign({}, object, { metadata: Object.assign({}, metadata, { resourceVersion }) });
}

/** The object with the list of managers, if there are any. */
export function withManagedFields(
  object: KubeObject,
  entries: readonly ManagedFieldsEntry[],
): KubeObject {
  if (entries.length === 0) return object;
  const metadata = Object.assign({}, object.metadata, { managedFields: entries });
  return { ...object, metadata };
}

/** The object without the list of managers. */
export function withoutManagedFields(object: KubeObject): KubeObject {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** The owners without duplicates, and the uids that were there twice. */
export function dedupedOwners(owners: readonly OwnerReference[]): {
  readonly owners: readonly OwnerReference[];
  readonly uids: readonly string[];
} {
  if (owners.length < 2) return { owners, uids: [] };
  const kept: OwnerReference[] = [];
  const uids: string[] = [];
  for (const owner of owners) {
    const isThere = kept.some(other => isSameOwner(other, owner));
    if (!isThere) kept.push(owner);
    else if (!uids.includes(owner.uid)) uids.push(owner.uid);
  }
  return uids.length === 0 ? { owners, uids } : { owners: kept, uids };
}

function isSameOwner(a: OwnerReference, b: OwnerReference): boolean {
  return (
    a.uid === b.uid &&
    a.name === b.name &&
    a.kind === b.kind &&
    a.apiVersion === b.apiVersion &&
    a.controller === b.controller &&
    a.blockOwnerDeletion === b.blockOwnerDeletion
  );
}
