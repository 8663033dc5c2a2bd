/** How ownership of fields is worked out for a resource: by the rules of sim/api. */
import { zeroStruct } from '../api/go-struct.js';
import { shapeOfKind } from '../api/facts.js';
import { builtInSchema } from '../api/managed-fields/built-in-schema.js';
import { deduced, type FieldSchema } from '../api/managed-fields/field-schema.js';
import { customResetFilter, resetFilter } from '../api/managed-fields/reset-fields.js';
import type { FieldsView } from '../api/managed-fields/settle.js';
import { customResourceSchema } from '../api/managed-fields/structural-schema.js';
import { entriesAfterUpdate } from '../api/managed-fields/update.js';
import type { KubeObject } from '../api/object.js';
import { Attached } from '../engine/attached.js';
import { convertedView } from './converted-views.js';
import type { TrackFields } from './field-owners.js';
import type { ServedResource } from './registry.js';

type Json = Readonly<Record<string, unknown>>;

const trackers = new Attached<ServedResource, TrackFields>();

/** The tracker for objects of a resource. */
export function trackFields(resource: ServedResource): TrackFields {
  return trackers.of(resource, makeTracker);
}

function makeTracker(resource: ServedResource): TrackFields {
  return (entries, update) => {
    const { manager, subresource, apiVersion, timeMs, before } = update;
    const served = resource.siblings.get(apiVersion) ?? resource;
    const after = readBack(served, update.after);
    const isCreate = before === undefined;
    const objects = { before: before ?? emptyObject(served), after, isCreate };
    const by = { manager, subresource, nowMs: timeMs };
    // No spread: it would make a hidden class for every single object.
    return entriesAfterUpdate(
      entries,
      Object.assign({}, fieldsView(served, subresource), by, objects),
    );
  };
}

/** What the version shows of the object once it was stored: annotations that stand for fields come anew. */
function readBack({ strategy }: ServedResource, object: KubeObject): KubeObject {
  const { toStored, fromStored } = strategy;
  if (toStored === undefined || fromStored === undefined) return object;
  return fromStored(toStored(object));
}

/** How the fields of the resource are looked at when it, or a part of it, is written. */
export function fieldsView(resource: ServedResource, subresource: string): FieldsView {
  const filter =
    resource.custom === undefined
      ? resetFilter(resource.kind, subresource)
      : customResetFilter({ hasStatus: hasStatus(resource), subresource });
  return {
    apiVersion: resource.apiVersion,
    schema: schemaOf(resource),
    ...(filter !== undefined && { filter }),
    inVersion: (object, apiVersion) => {
      const other = resource.siblings.get(apiVersion);
      if (other === undefined) return undefined;
      const own = resource.siblings.get(String(object['apiVersion'])) ?? resource;
      return { object: inVersion(object, own, other), schema: schemaOf(other) };
    },
  };
}

function hasStatus({ subresources }: ServedResource): boolean {
  return subresources.some(({ name }) => name === 'status');
}

function inVersion(object: Json, from: ServedResource, to: ServedResource): Json {
  if (from === to) return object;
  const converted = convertedView(to, object as KubeObject);
  if (converted !== undefined) return converted;
  // What an applier alone gave may be without metadata, as a whole object never is.
  const whole = { ...object, metadata: object['metadata'] ?? {} } as KubeObject;
  const stored = from.strategy.toStored?.(whole) ?? whole;
  return to.strategy.fromStored?.(stored) ?? { ...stored, apiVersion: to.apiVersion };
}

const schemas = new Attached<ServedResource, FieldSchema>();

function schemaOf(resource: ServedResource): FieldSchema {
  return schemas.of(resource, makeSchema);
}

function makeSchema({ custom, kind }: ServedResource): FieldSchema {
  if (custom !== undefined) return customResourceSchema(custom.schema);
  const shape = shapeOfKind(kind);
  return shape === undefined ? deduced : builtInSchema(shape);
}

/** What an object of the kind is before anything is set. */
export function emptyObject(resource: ServedResource): Json {
  return emptyObjects.of(resource, makeEmpty);
}

const emptyObjects = new Attached<ServedResource, Json>();

function makeEmpty({ kind, apiVersion, custom }: ServedResource): Json {
  const typed = { kind: kind.kind, apiVersion };
  const shape = custom === undefined ? shapeOfKind(kind) : undefined;
  return shape === undefined ? { ...typed, metadata: {} } : { ...zeroStruct(shape), ...typed };
}
