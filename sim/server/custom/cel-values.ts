/** Values of custom resources as CEL sees them: names escaped, times, durations and bytes typed. @upstream apiserver/pkg/cel/{escaping,common/values}.go */
import { escapedName, namesInRules } from '../../api/cel/escape.js';
import { fromCel, toCel } from '../../api/cel/json.js';
import { durationFrom, timestampFrom } from '../../api/cel/library/conversions.js';
import { KeyedList, isMap, type CelKey, type CelValue } from '../../api/cel/values.js';
import { isRecord } from '../../api/equality.js';
import { isEmbedded, isNamed, itemsOf, membersOf, preserves } from '../../api/json-schema.js';
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';

/** The value for CEL. `isRoot`: kind, apiVersion and metadata are there though no schema names them. */
export function celValue(
  value: unknown,
  schema: JSONSchemaProps | undefined,
  isRoot = false,
): CelValue {
  if (schema === undefined) return toCel(value);
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    return typedList(
      value.map(item => celValue(item, items)),
      schema,
    );
  }
  if (isRecord(value)) return recordValue(value, schema, isRoot);
  if (typeof value === 'string') return textValue(value, schema.format ?? '');
  if (typeof value === 'number' && schema.type === 'number') return value;
  return toCel(value);
}

/** Sets, and lists whose items have keys, are compared and added as such. */
function typedList(list: readonly CelValue[], schema: JSONSchemaProps): CelValue {
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'set') return KeyedList.made(list, keyText);
  if (listType !== 'map') return list;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  return KeyedList.made(list, item =>
    keys
      .map(key =>
        isMap(item) ? keyText(item.get(escapedName(key) ?? hiddenName(key)) ?? null) : '',
      )
      .join(),
  );
}

/** What no rule can name still counts in comparisons. */
function hiddenName(key: string): string {
  return ` ${key}`;
}

function keyText(value: CelValue): string {
  return `${typeof value} ${typeof value === 'object' ? JSON.stringify(fromCel(value)) : String(value)}`;
}

const metaFields = new Set(['apiVersion', 'kind', 'metadata']);

function recordValue(
  value: Readonly<Record<string, unknown>>,
  schema: JSONSchemaProps,
  isRoot: boolean,
): CelValue {
  const members = membersOf(schema);
  const hasProperties = schema.properties !== undefined || isRoot;
  const entries = new Map<CelKey, CelValue>();
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    if (!hasProperties) {
      entries.set(key, celValue(item, members));
      continue;
    }
    const property = schema.properties?.[key];
    const isMeta = (isRoot || isEmbedded(schema)) && metaFields.has(key);
    // A field that is null is absent.
    if (item === null) continue;
    if (property === undefined && !isMeta) {
      // Fields that no schema names cannot be read, but they count in comparisons.
      if (preserves(schema)) entries.set(hiddenName(key), toCel(item));
      continue;
    }
    const isOwn = property !== undefined && (key !== 'metadata' || !isMeta || isNamed(property));
    const shown = isOwn ? celValue(item, property) : metaValue(key, item);
    const names = namesInRules(key);
    for (const name of names.length > 0 ? names : [hiddenName(key)]) entries.set(name, shown);
  }
  return entries;
}

/** Rules see only the name of metadata. */
function metaValue(key: string, item: unknown): CelValue {
  if (key !== 'metadata' || !isRecord(item)) return toCel(item);
  const { name, generateName } = item;
  return toCel({
    ...(name !== undefined && { name }),
    ...(generateName !== undefined && { generateName }),
  });
}

const conversions: Readonly<Record<string, (text: string) => CelValue | undefined>> = {
  'date-time': timestampFrom,
  datetime: timestampFrom,
  date: text => timestampFrom(`${text}T00:00:00Z`),
  duration: durationFrom,
};

function textValue(value: string, format: string): CelValue {
  if (format === 'byte') return new Uint8Array(Buffer.from(value, 'base64'));
  return conversions[format]?.(value) ?? value;
}
