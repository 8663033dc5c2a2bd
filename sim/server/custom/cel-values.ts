/** Values of custom resources as CEL sees them: names escaped, times, durations and bytes typed. @upstream apiserver/pkg/cel/{escaping,common/values}.go */
import { toCel } from '../../api/cel/json.js';
import { durationFrom, timestampFrom } from '../../api/cel/library/conversions.js';
import type { CelKey, CelValue } from '../../api/cel/values.js';
import { isRecord } from '../../api/equality.js';
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';
import { isEmbedded, itemsOf, membersOf } from './schema.js';

const reserved = new Set([
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
]);

const escapes: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** All names of a property in rules: those that are CEL's words may be written as they are, too. */
export function namesInRules(name: string): readonly string[] {
  const escaped = escapedName(name);
  if (escaped === undefined) return [];
  return reserved.has(name) ? [escaped, name] : [escaped];
}

/** The name of a property in rules; undefined when it cannot be named there. */
export function escapedName(name: string): string | undefined {
  if (reserved.has(name)) return `__${name}__`;
  if (!/^[a-zA-Z_.\-/][a-zA-Z0-9_.\-/]*$/.test(name)) return undefined;
  return name.replace(/__|[-./]/g, text => escapes[text] ?? text);
}

/** The value for CEL. `isRoot`: kind, apiVersion and metadata are there though no schema names them. */
export function celValue(
  value: unknown,
  schema: JSONSchemaProps | undefined,
  isRoot = false,
): CelValue {
  if (schema === undefined) return toCel(value);
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    return value.map(item => celValue(item, items));
  }
  if (isRecord(value)) return recordValue(value, schema, isRoot);
  if (typeof value === 'string') return textValue(value, schema.format ?? '');
  if (typeof value === 'number' && schema.type === 'number') return value;
  return toCel(value);
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
    if (property === undefined && !isMeta) continue;
    const shown = isMeta ? metaValue(key, item) : celValue(item, property);
    for (const name of namesInRules(key)) entries.set(name, shown);
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
