/** Structural schemas of custom resources: pruning, defaults, and what may be null. Values are never changed in place. */
import { isRecord } from '../../api/equality.js';
import { isEmbedded, itemsOf, membersOf, preserves } from '../../api/json-schema.js';
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';
import { ownField, putField } from '../../api/own-fields.js';

type Json = Readonly<Record<string, unknown>>;

const metaFields = new Set(['apiVersion', 'kind', 'metadata']);

function allowsMembers({ additionalProperties }: JSONSchemaProps): boolean {
  return additionalProperties !== undefined && additionalProperties !== false;
}

/** Where pruning tells what it took away. */
export type Unknown = string[] | undefined;

const embedded = { 'x-kubernetes-embedded-resource': true };

/**
 * The object without the fields that the schema does not know.
 * @upstream apiextensions-apiserver/pkg/apiserver/schema/pruning/algorithm.go
 */
export function pruned(
  object: Json,
  schema: JSONSchemaProps | undefined,
  unknown?: string[],
): Json {
  const found: string[] = [];
  const root: JSONSchemaProps = Object.assign({}, schema, embedded);
  const result = prunedValue(object, root, { path: '', unknown: found }) as Json;
  unknown?.push(...found.sort());
  return result;
}

/** The value, which is not a whole object, without the fields that the schema does not know. */
export function prunedWithin(value: unknown, schema: JSONSchemaProps): unknown {
  return prunedValue(value, schema, { path: '', unknown: undefined });
}

interface At {
  readonly path: string;
  readonly unknown: Unknown;
}

function below({ path, unknown }: At, key: string): At {
  return { path: path === '' ? key : `${path}.${key}`, unknown };
}

function prunedValue(value: unknown, schema: JSONSchemaProps | undefined, at: At): unknown {
  if (Array.isArray(value)) {
    const items = schema === undefined ? undefined : itemsOf(schema);
    if (schema !== undefined && preserves(schema) && items === undefined) return value;
    return mappedList(value, (item, index) =>
      schema !== undefined && preserves(schema)
        ? keptUnknown(item, items, { ...at, path: `${at.path}[${index}]` })
        : prunedValue(item, items, { ...at, path: `${at.path}[${index}]` }),
    );
  }
  if (!isRecord(value)) return value;
  if (schema !== undefined && preserves(schema)) return keptUnknown(value, schema, at);
  return prunedMap(value, schema, at);
}

function prunedMap(value: Json, schema: JSONSchemaProps | undefined, at: At): Json {
  return mappedRecord(value, (key, item) => {
    if (schema !== undefined && isEmbedded(schema) && metaFields.has(key)) return item;
    const property = ownField(schema?.properties, key);
    if (property !== undefined) return prunedValue(item, property, below(at, key));
    if (schema !== undefined && allowsMembers(schema)) {
      return prunedValue(item, membersOf(schema), below(at, key));
    }
    if (!metaFields.has(key) || at.path !== '') at.unknown?.push(below(at, key).path);
    return undefined;
  });
}

/** Unknown fields stay, but below declared ones pruning goes on. */
function keptUnknown(value: unknown, schema: JSONSchemaProps | undefined, at: At): unknown {
  if (schema === undefined) return value;
  if (Array.isArray(value)) {
    return mappedList(value, (item, index) =>
      keptUnknown(item, itemsOf(schema), { ...at, path: `${at.path}[${index}]` }),
    );
  }
  if (!isRecord(value)) return value;
  return mappedRecord(value, (key, item) => {
    if (isEmbedded(schema) && metaFields.has(key)) return item;
    const property = ownField(schema.properties, key);
    if (property !== undefined) return prunedValue(item, property, below(at, key));
    const members = membersOf(schema);
    return members === undefined ? item : prunedValue(item, members, below(at, key));
  });
}

/**
 * The object with the defaults of the schema.
 * @upstream apiextensions-apiserver/pkg/apiserver/schema/defaulting/algorithm.go
 */
export function withDefaults<T>(value: T, schema: JSONSchemaProps | undefined): T {
  return defaultedValue(value, schema) as T;
}

function defaultedValue(value: unknown, schema: JSONSchemaProps | undefined): unknown {
  if (schema === undefined) return value;
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    return mappedList(value, item => defaultedValue(orDefault(item, items), items));
  }
  if (!isRecord(value)) return value;
  let filled: Json = value;
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined) continue;
    if (key in value && !isBadNull(value[key], property)) continue;
    filled = { ...filled, [key]: property.default };
  }
  return mappedRecord(filled, (key, item) => {
    const property = ownField(schema.properties, key);
    if (property !== undefined) return defaultedValue(item, property);
    const members = membersOf(schema);
    return defaultedValue(orDefault(item, members), members);
  });
}

function orDefault(value: unknown, schema: JSONSchemaProps | undefined): unknown {
  if (!isBadNull(value, schema) || schema?.default === undefined) return value;
  return schema.default;
}

function isBadNull(value: unknown, schema: JSONSchemaProps | undefined): boolean {
  return value === null && schema !== undefined && schema.nullable !== true;
}

/**
 * The object without nulls where none may stand and no default takes their place.
 * @upstream schema/defaulting/prune.go PruneNonNullableNullsWithoutDefaults
 */
export function withoutBadNulls(value: unknown, schema: JSONSchemaProps | undefined): unknown {
  if (schema === undefined) return value;
  if (Array.isArray(value)) {
    return mappedList(value, item => withoutBadNulls(item, itemsOf(schema)));
  }
  if (!isRecord(value)) return value;
  return mappedRecord(value, (key, item) => {
    const property = ownField(schema.properties, key) ?? membersOf(schema);
    const isGone = isBadNull(item, property) && property?.default === undefined;
    return isGone ? undefined : withoutBadNulls(item, property);
  });
}

/** The list with each item mapped; the same list when none changed. */
export function mappedList(
  list: readonly unknown[],
  map: (item: unknown, index: number) => unknown,
): readonly unknown[] {
  let changed: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const next = map(list[index], index);
    if (next === list[index]) continue;
    changed ??= [...list];
    changed[index] = next;
  }
  return changed ?? list;
}

/** The record with each value mapped, undefined dropping it; the same record when none changed. */
export function mappedRecord(record: Json, map: (key: string, item: unknown) => unknown): Json {
  let changed: Record<string, unknown> | undefined;
  for (const key of Object.keys(record)) {
    const next = map(key, record[key]);
    if (next === record[key]) continue;
    changed ??= { ...record };
    if (next === undefined) delete changed[key];
    else putField(changed, key, next);
  }
  return changed ?? record;
}
