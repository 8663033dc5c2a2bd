/** JSON texts as Go writes them: keys of structs in Go's order, of maps sorted, `<`, `>` and `&` escaped. */
import { shapeOfKind, type FieldFact, type Shape } from './facts.js';
import { compareText, escapeHtml, goJson } from './go-text.js';

/** A value with all keys sorted, compact: what Go's json.Marshal makes of maps. */
export function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return goJson(value);
  const record = value as Readonly<Record<string, unknown>>;
  const parts: string[] = [];
  for (const key of Object.keys(record).toSorted(compareText)) {
    if (record[key] !== undefined) parts.push(`${goJson(key)}:${sortedJson(record[key])}`);
  }
  return `{${parts.join(',')}}`;
}

/** The value with all keys sorted: how unstructured objects are told. */
export function sortedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedValue);
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(record).toSorted(compareText);
  return Object.fromEntries(keys.map(key => [key, sortedValue(record[key])]));
}

/** How an answer's JSON is laid out. */
export type JsonLayout = 'compact' | 'pretty';

/** The text of an answer: compact with a newline at the end, or indented by two without one. */
export function answerJson(value: unknown, layout: JsonLayout = 'compact'): string {
  return layout === 'compact'
    ? `${escapedJson(JSON.stringify(value))}\n`
    : escapedJson(JSON.stringify(value, null, 2));
}

function escapedJson(json: string): string {
  return /[<>&\u2028\u2029]/.test(json) ? escapeHtml(json) : json;
}

/** The object of a built-in kind with its keys in Go's order; other kinds come with sorted keys. */
export function inGoOrder(object: unknown): unknown {
  if (typeof object !== 'object' || object === null) return object;
  const { apiVersion, kind } = object as { apiVersion?: unknown; kind?: unknown };
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return object;
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const shape = shapeOfKind({ group, version: apiVersion.slice(slash + 1), kind });
  return shape === undefined ? sortedValue(object) : ordered(object, shape);
}

/** A value of a shape with its keys in Go's order. Keys that the shape does not know are dropped. */
export function ordered(value: unknown, shape: Shape): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return shape.kind === 'list' ? value.map(item => ordered(item, shape.item)) : value;
  }
  const record = value as Readonly<Record<string, unknown>>;
  if (shape.kind === 'struct') return orderedStruct(record, shape.jsonFields);
  if (shape.kind === 'map') {
    const keys = Object.keys(record).toSorted(compareText);
    return Object.fromEntries(keys.map(key => [key, ordered(record[key], shape.value)]));
  }
  return shape.kind === 'scalar' && shape.scalar === 'fieldsV1' ? sortedValue(value) : value;
}

function orderedStruct(
  record: Readonly<Record<string, unknown>>,
  fields: readonly FieldFact[],
): unknown {
  const result: Record<string, unknown> = {};
  for (const field of fields) {
    const value = record[field.name];
    if (value !== undefined) result[field.name] = ordered(value, field.shape);
  }
  return result;
}
