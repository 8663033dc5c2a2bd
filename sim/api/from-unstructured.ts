/**
 * Turns a strategically patched document into an object of its type. Upstream does not decode it as JSON,
 * so the errors have other words and unknown fields come sorted.
 * @upstream staging/src/k8s.io/apimachinery/pkg/runtime/converter.go (FromUnstructured)
 */
import { canonicalBase64 } from './base64.js';
import { decodeObject, valueError, type Decoded } from './decode.js';
import { isRecord } from './equality.js';
import type { ScalarShape, Shape, StructShape } from './facts.js';
import { compareText } from './go-text.js';

/** The document as an object of the type, or why it is none. */
export function fromUnstructured(document: unknown, shape: StructShape): Decoded {
  const error = conversionError(document, shape);
  if (error !== undefined) return { isOk: false, error };
  const decoded = decodeObject(wrapped(document, shape), shape);
  if (!decoded.isOk) return decoded;
  return { ...decoded, strict: decoded.strict.toSorted(compareText) };
}

/** The first error, fields taken in Go's order. */
function conversionError(value: unknown, shape: Shape): string | undefined {
  if (value === null || value === undefined) return undefined;
  switch (shape.kind) {
    case 'struct':
      if (!isRecord(value)) return `cannot restore struct from: ${goKind(value)}`;
      for (const field of shape.jsonFields) {
        const item = value[field.name];
        if (item === undefined || item === null) continue;
        const error = conversionError(item, field.shape);
        if (error !== undefined) return error;
      }
      return undefined;
    case 'list':
      if (!Array.isArray(value)) return `cannot restore slice from ${goKind(value)}`;
      return firstOf(value as readonly unknown[], item => conversionError(item, shape.item));
    case 'map':
      if (!isRecord(value)) return `cannot restore map from ${goKind(value)}`;
      return firstOf(Object.values(value), item => conversionError(item, shape.value));
    case 'scalar':
      return scalarError(value, shape);
  }
}

function firstOf<T>(
  items: readonly T[],
  errorOf: (item: T) => string | undefined,
): string | undefined {
  for (const item of items) {
    const error = errorOf(item);
    if (error !== undefined) return error;
  }
  return undefined;
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'slice';
  if (isRecord(value)) return 'map';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

function scalarError(value: unknown, shape: ScalarShape): string | undefined {
  const { scalar, goType } = shape;
  const kind = goKind(value);
  switch (scalar) {
    case 'string':
      if (kind === 'string') return undefined;
      return kind === 'int64' ? `cannot convert int64 to ${goType}` : 'unrecognized type: string';
    case 'bool':
      return kind === 'bool' ? undefined : 'unrecognized type: bool';
    case 'float64':
      return kind === 'int64' || kind === 'float64' ? undefined : 'unrecognized type: float64';
    case 'int32':
    case 'int64':
      if (kind === 'int64') return undefined;
      if (kind === 'float64') return `cannot convert float64 to ${goType}`;
      return `unrecognized type: ${scalar}`;
    case 'bytes': {
      if (typeof value !== 'string') return `cannot restore slice from ${kind}`;
      const parsed = canonicalBase64(value);
      return parsed.isOk ? undefined : `error decoding from json: ${parsed.error}`;
    }
    case 'any':
    case 'raw':
    case 'json':
      return undefined;
    default:
      return valueError(value, shape);
  }
}

/** Integers of 32 bits lose what they have no room for, as Go's conversion does. */
function wrapped(value: unknown, shape: Shape): unknown {
  switch (shape.kind) {
    case 'scalar':
      return shape.scalar === 'int32' && typeof value === 'number' ? value | 0 : value;
    case 'list':
      if (!Array.isArray(value) || isNeverWrapped(shape.item)) return value;
      return mapped(value, item => wrapped(item, shape.item));
    case 'map':
      if (!isRecord(value) || isNeverWrapped(shape.value)) return value;
      return mappedFields(value, item => wrapped(item, shape.value));
    case 'struct':
      if (!isRecord(value)) return value;
      return mappedFields(value, (item, name) => {
        const field = shape.byName.get(name);
        return field === undefined ? item : wrapped(item, field.shape);
      });
  }
}

function isNeverWrapped(shape: Shape): boolean {
  return shape.kind === 'scalar' && shape.scalar !== 'int32';
}

function mapped(list: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  let changed: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const next = change(list[index]);
    if (next !== list[index]) (changed ??= [...list])[index] = next;
  }
  return changed ?? list;
}

function mappedFields(
  record: Readonly<Record<string, unknown>>,
  change: (item: unknown, name: string) => unknown,
): Readonly<Record<string, unknown>> {
  let changed: Record<string, unknown> | undefined;
  for (const name of Object.keys(record)) {
    const next = change(record[name], name);
    if (next !== record[name]) (changed ??= { ...record })[name] = next;
  }
  return changed ?? record;
}
