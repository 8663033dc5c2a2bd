/** Stored objects as a version of the API shows them: built once, shared by all who ask. */
import { shapeOfKind } from '../api/facts.js';
import type { ObjectMeta } from '../api/kinds/meta.js';
import type { KubeObject } from '../api/object.js';
import { tidied, tidiedButMarked } from '../api/tidy.js';
import { Attached } from '../engine/attached.js';
import type { Stored } from '../store/stored.js';
import type { FieldOwners } from './field-owners.js';
import { trackFields } from './managed-fields.js';
import { withManagedFields } from './object-meta.js';
import { invariant } from '../engine/invariant.js';
import { renamed } from './custom/coerced.js';
import { convertedView } from './converted-views.js';
import type { ServedResource } from './registry.js';
import type { Scope } from './scope.js';

const plainViews = new Attached<ServedResource, Attached<Stored, KubeObject>>();
const fullViews = new Attached<ServedResource, Attached<Stored, KubeObject>>();

/** As the version shows it, without managedFields. */
export function plainView(resource: ServedResource, stored: Stored<FieldOwners>): KubeObject {
  const { fromStored } = resource.strategy;
  if (fromStored === undefined) return stored.object;
  if (resource.custom?.webhook !== undefined && stored.object.apiVersion !== resource.apiVersion) {
    const view = convertedView(resource, stored.object);
    invariant(view !== undefined, 'objects are converted before they are looked at');
    return view;
  }
  return remembered(plainViews, resource, stored, () => fromStored(stored.object));
}

/** As selectors look at it: where a webhook converts, only the version of the request has their fields. */
export function selectedView(resource: ServedResource, stored: Stored<FieldOwners>): KubeObject {
  return resource.custom?.webhook === undefined ? stored.object : plainView(resource, stored);
}

/** As the version shows it, with managedFields. */
export function fullView(resource: ServedResource, stored: Stored<FieldOwners>): KubeObject {
  const build = () =>
    withManagedFields(plainView(resource, stored), stored.beside.entries(trackFields(resource)));
  // What a webhook tells may be another thing the next time.
  if (resource.custom?.webhook !== undefined) return build();
  return remembered(fullViews, resource, stored, build);
}

/** The object as it is stored: custom resources in their storage version, others without empty lists. */
export function inStorage(scope: Scope, object: KubeObject): KubeObject {
  const { custom, kind } = scope.resource;
  if (custom === undefined) return withoutEmptyLists(scope, object);
  return renamed(object, `${kind.group}/${custom.storageVersion}`, custom);
}

/** Storing loses the difference between an empty list and none. Our own components know that. */
function withoutEmptyLists({ resource, context }: Scope, object: KubeObject): KubeObject {
  if (context.connection.omitsManagedFields === true) return object;
  const shape = shapeOfKind(resource.storedStrategy.kind);
  return shape === undefined ? object : tidied(object, shape);
}

/** The same for an object that is to be checked yet: errors tell what was sent empty from what was not sent. */
export function comparable({ resource, context }: Scope, object: KubeObject): KubeObject {
  if (context.connection.omitsManagedFields === true) return object;
  const shape = shapeOfKind(resource.storedStrategy.kind);
  return shape === undefined ? object : tidiedButMarked(object, shape);
}

/** As the client of the request gets it. */
export function viewFor(scope: Scope, stored: Stored<FieldOwners>): KubeObject {
  return scope.context.connection.omitsManagedFields
    ? plainView(scope.resource, stored)
    : fullView(scope.resource, stored);
}

/**
 * The same for who made or changed one object: hardly anybody reads its managedFields, which take longer
 * to work out than the write, so they are worked out when they are read.
 */
export function writtenView(scope: Scope, stored: Stored<FieldOwners>): KubeObject {
  const { resource, context } = scope;
  const { beside: owners } = stored;
  if (context.connection.omitsManagedFields === true || resource.custom?.webhook !== undefined)
    return viewFor(scope, stored);
  const plain = plainView(resource, stored);
  const metadata: WrittenMetadata = { ...plain.metadata };
  Object.defineProperty(metadata, ownersOf, { value: { owners, resource } });
  Object.defineProperty(metadata, 'managedFields', lateManagedFields);
  return { ...plain, metadata };
}

const ownersOf = Symbol('owners');

type WrittenMetadata = ObjectMeta & {
  readonly [ownersOf]?: { readonly owners: FieldOwners; readonly resource: ServedResource };
};

/** One accessor for all: V8 keeps what an accessor of its own reaches until it collects all garbage. */
const lateManagedFields = {
  enumerable: true,
  configurable: true,
  get(this: WrittenMetadata): unknown {
    const told = this[ownersOf];
    const entries = told?.owners.entries(trackFields(told.resource)) ?? [];
    return entries.length === 0 ? undefined : entries;
  },
};

function remembered(
  views: Attached<ServedResource, Attached<Stored, KubeObject>>,
  resource: ServedResource,
  stored: Stored<FieldOwners>,
  build: () => KubeObject,
): KubeObject {
  return views.of(resource, () => new Attached<Stored, KubeObject>()).of(stored, build);
}
