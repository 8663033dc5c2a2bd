/** Stored objects as a version of the API shows them: built once, shared by all who ask. */
import { shapeOfKind } from '../api/facts.js';
import type { KubeObject } from '../api/object.js';
import { tidied } from '../api/tidy.js';
import type { Stored } from '../store/stored.js';
import type { FieldOwners } from './field-owners.js';
import { trackFields } from './managed-fields.js';
import { withManagedFields } from './object-meta.js';
import type { ServedResource } from './registry.js';
import type { Scope } from './scope.js';

const plainViews = new WeakMap<ServedResource, WeakMap<Stored, KubeObject>>();
const fullViews = new WeakMap<ServedResource, WeakMap<Stored, KubeObject>>();

/** As the version shows it, without managedFields. */
export function plainView(resource: ServedResource, stored: Stored<FieldOwners>): KubeObject {
  const { fromStored } = resource.strategy;
  if (fromStored === undefined) return stored.object;
  return remembered(plainViews, resource, stored, () => fromStored(stored.object));
}

/** As the version shows it, with managedFields. */
export function fullView(resource: ServedResource, stored: Stored<FieldOwners>): KubeObject {
  return remembered(fullViews, resource, stored, () =>
    withManagedFields(plainView(resource, stored), stored.beside.entries(trackFields(resource))),
  );
}

/** The object as it is stored: custom resources in their storage version, others without empty lists. */
export function inStorage(scope: Scope, object: KubeObject): KubeObject {
  const { custom, kind } = scope.resource;
  if (custom === undefined) return withoutEmptyLists(scope, object);
  if (custom.storageVersion === kind.version) return object;
  return { ...object, apiVersion: `${kind.group}/${custom.storageVersion}` } as KubeObject;
}

/** Storing loses the difference between an empty list and none. Our own components know that. */
export function withoutEmptyLists({ resource, context }: Scope, object: KubeObject): KubeObject {
  if (context.connection.omitsManagedFields === true) return object;
  const shape = shapeOfKind(resource.storedStrategy.kind);
  return shape === undefined ? object : tidied(object, shape);
}

/** As the client of the request gets it. */
export function viewFor(scope: Scope, stored: Stored<FieldOwners>): KubeObject {
  return scope.context.connection.omitsManagedFields
    ? plainView(scope.resource, stored)
    : fullView(scope.resource, stored);
}

function remembered(
  views: WeakMap<ServedResource, WeakMap<Stored, KubeObject>>,
  resource: ServedResource,
  stored: Stored<FieldOwners>,
  build: () => KubeObject,
): KubeObject {
  let ofResource = views.get(resource);
  if (ofResource === undefined) views.set(resource, (ofResource = new WeakMap()));
  let view = ofResource.get(stored);
  if (view === undefined) ofResource.set(stored, (view = build()));
  return view;
}
