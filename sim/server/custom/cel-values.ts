/** Values of custom resources as CEL sees them: names escaped, times, durations and bytes typed. @upstream apiserver/pkg/cel/{escaping,common/values}.go */
import { celList, celMap, type CelInput } from '@bufbuild/cel';
import { isRecord } from '../../api/equality.js';
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';
import { evaluate } from '../cel/program.js';
import { toCel } from '../cel/values.js';
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
): CelInput {
  if (schema === undefined) return toCel(value);
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    return celList(value.map(item => celValue(item, items)));
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
): CelInput {
  const members = membersOf(schema);
  const hasProperties = schema.properties !== undefined || isRoot;
  const entries = new Map<string, CelInput>();
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    if (!hasProperties) {
      entries.set(key, celValue(item, members));
      continue;
    }
    const property = schema.properties?.[key];
    const isMeta = (isRoot || isEmbedded(schema)) && metaFields.has(key);
    const name = escapedName(key);
    if (name === undefined || (property === undefined && !isMeta)) continue;
    entries.set(name, isMeta ? metaValue(key, item) : celValue(item, property));
  }
  return celMap(entries);
}

/** Rules see only the name of metadata. */
function metaValue(key: string, item: unknown): CelInput {
  if (key !== 'metadata' || !isRecord(item)) return toCel(item);
  const { name, generateName } = item;
  return toCel({
    ...(name !== undefined && { name }),
    ...(generateName !== undefined && { generateName }),
  });
}

const conversions: Readonly<Record<string, string>> = {
  'date-time': 'timestamp(v)',
  datetime: 'timestamp(v)',
  date: "timestamp(v + 'T00:00:00Z')",
  duration: 'duration(v)',
};

function textValue(value: string, format: string): CelInput {
  if (format === 'byte') return new Uint8Array(Buffer.from(value, 'base64'));
  const conversion = conversions[format];
  if (conversion === undefined) return value;
  const outcome = evaluate(conversion, { v: value });
  return 'error' in outcome ? value : (outcome.value as CelInput);
}
