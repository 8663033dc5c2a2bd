/**
 * Turns a strategically patched document into an object of its type. Upstream does not decode it as JSON,
 * so the errors have other words and unknown fields come sorted.
 * @upstream staging/src/k8s.io/apimachinery/pkg/runtime/converter.go (FromUnstructured)
 */
import { canonicalBase64 } from './base64.js';
import { decodeObject, type Decoded } from './decode.js';
import { isRecord } from './equality.js';
import type { ScalarShape, Shape, StructShape } from './facts.js';
import { compareText } from './go-text.js';

/** The document as an object of the type, or why it is none. */
export function fromUnstructured(document: unknown, shape: StructShape): Decoded {
  const error = conversionError(document, shape);
  if (error !== undefined) return { isOk: false, error };
  const decoded = decodeObject(document, shape);
  if (!decoded.isOk) return decoded;
  return { ...decoded, strict: decoded.strict.toSorted(compareText) };
}

/** The first error, fields taken in Go's order. */
function conversionError(value: unknown, shape: Shape): string | undefined {
  if (value === null || value === undefined) return undefined;
  switch (shape.kind) {
    case 'struct':
      if (!isRecord(value)) return `cannot restore struct from: ${goKind(value)}`;
      return firstOf(shape.jsonFields, field => conversionError(value[field.name], field.shape));
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

function scalarError(value: unknown, { scalar, goType }: ScalarShape): string | undefined {
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
    default:
      return undefined;
  }
}
