/** Lists that are sets or maps hold no duplicates. @upstream apiextensions-apiserver/pkg/apiserver/schema/listtype */
import { isRecord } from '../../api/equality.js';
import { sortedJson } from '../../api/encode.js';
import { duplicate, type FieldError } from '../../api/field-error.js';
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';
import { Passed, unlessPassed } from './passed.js';
import { itemsOf, membersOf } from '../../api/json-schema.js';

const passed = new Passed<readonly FieldError[]>();

/** The duplicates, first items of a kind being none. */
export function listTypeErrors(
  value: unknown,
  schema: JSONSchemaProps | undefined,
  path = '',
): readonly FieldError[] {
  if (schema === undefined) return [];
  return unlessPassed(passed, { value, schema, path }, errorsAnew);
}

function errorsAnew(value: unknown, schema: JSONSchemaProps, path: string): readonly FieldError[] {
  if (Array.isArray(value)) return listErrors(value, schema, path);
  if (!isRecord(value)) return [];
  const members = membersOf(schema);
  return Object.entries(value).flatMap(([key, item]) => {
    const property = schema.properties?.[key];
    if (property !== undefined) {
      return listTypeErrors(item, property, path === '' ? key : `${path}.${key}`);
    }
    return members === undefined ? [] : listTypeErrors(item, members, `${path}[${key}]`);
  });
}

function listErrors(
  list: readonly unknown[],
  schema: JSONSchemaProps,
  path: string,
): readonly FieldError[] {
  const extended = schema as Readonly<Record<string, unknown>>;
  const type = extended['x-kubernetes-list-type'];
  const keys = (extended['x-kubernetes-list-map-keys'] ?? []) as readonly string[];
  const shown = type === 'map' ? (item: unknown) => keysOf(item, keys) : (item: unknown) => item;
  const own = type === 'set' || type === 'map' ? duplicates(list.map(shown), path) : [];
  const items = itemsOf(schema);
  if (items === undefined) return own;
  return [
    ...own,
    ...list.flatMap((item, index) => listTypeErrors(item, items, `${path}[${index}]`)),
  ];
}

function keysOf(item: unknown, keys: readonly string[]): unknown {
  if (!isRecord(item)) return {};
  const found: Record<string, unknown> = {};
  for (const key of keys) if (key in item) found[key] = item[key];
  return found;
}

/** The second of equal items is told, the third is not. */
function duplicates(items: readonly unknown[], path: string): readonly FieldError[] {
  const seen = new Map<string, number>();
  const errors: FieldError[] = [];
  items.forEach((item, index) => {
    const text = sortedJson(item);
    const times = seen.get(text) ?? 0;
    seen.set(text, times + 1);
    if (times === 1) errors.push(duplicate(`${path}[${index}]`, item));
  });
  return errors;
}
