/** Structs as Go's encoder writes them: fields in order, empty ones left out where the type says so. */
import { zeroScalar } from './decode-scalar.js';
import type { FieldFact, Shape, StructShape } from './facts.js';

/** The JSON of a Go struct of which no field is set. */
export function zeroStruct(shape: StructShape): Readonly<Record<string, unknown>> {
  return encodedStruct({}, shape.jsonFields);
}

/** What stays of a value that is absent or null; undefined where JSON shows nothing or null. */
export function zeroOf(shape: Shape): unknown {
  if (shape.kind === 'struct') return encodedStruct({}, shape.jsonFields);
  return shape.kind === 'scalar' ? zeroScalar(shape) : undefined;
}

/** An element of a list or map, where nothing is left out. */
export function filled(value: unknown, shape: Shape): unknown {
  return value === undefined ? (zeroOf(shape) ?? null) : value;
}

const sentEmpty: unique symbol = Symbol('sent empty');

/**
 * Remembers beside an object just decoded which of its maps and lists were sent empty: JSON leaves them
 * out as it leaves out what is absent, but until the object is stored Go's errors tell `{}` from `null`.
 */
export function markEmpty(object: unknown, names: readonly string[]): void {
  Object.assign(object as object, { [sentEmpty]: names });
}

/** The object without that memory; the same object when there is none. */
export function withoutEmptyMarks<T extends object>(object: T): T {
  if (!(sentEmpty in object)) return object;
  const { [sentEmpty]: _, ...rest } = object as T & { readonly [sentEmpty]: unknown };
  return rest as unknown as T;
}

/** Whether the field was sent as an empty map or list. */
export function wasSentEmpty(object: unknown, name: string): boolean {
  const { [sentEmpty]: names } = (object ?? {}) as { readonly [sentEmpty]?: readonly string[] };
  return names?.includes(name) ?? false;
}

/** Whether anything in the value was sent as an empty map or list: `reflect.DeepEqual` tells it from nil. */
export function hasEmptyMarks(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  const { [sentEmpty]: names } = value as { readonly [sentEmpty]?: readonly string[] };
  // Defaults may have filled what was sent empty.
  const isEmpty = names?.some(name => fields[name] === undefined) ?? false;
  return isEmpty || Object.values(fields).some(hasEmptyMarks);
}

/** The struct as Go's encoder writes it. */
export function encodedStruct(
  decoded: Readonly<Record<string, unknown>>,
  fields: readonly FieldFact[],
): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  for (const field of fields) {
    const value = encodedField(decoded[field.name], field);
    if (value !== undefined) result[field.name] = value;
  }
  return result;
}

function encodedField(value: unknown, field: FieldFact): unknown {
  if (value === undefined) {
    if (field.isPointer) return field.omitsEmpty ? undefined : null;
    if (field.omitsZero || (field.omitsEmpty && isOmittable(field.shape))) return undefined;
    return zeroOf(field.shape) ?? null;
  }
  if (!field.omitsEmpty || field.isPointer) return value;
  if (Array.isArray(value) && value.length === 0) {
    return isClearing(field) || isAnything(field.shape) ? value : undefined;
  }
  return value === '' || value === 0 || value === false
    ? isOmittable(field.shape)
      ? undefined
      : value
    : value;
}

/**
 * Lists that are kept empty: managed fields are to be cleared then, and no scaling policies are an
 * error that defaults would hide.
 */
export function isClearing({ name }: FieldFact): boolean {
  return name === 'managedFields' || name === 'policies';
}

/** Whether the field holds the JSON that was sent, whatever it is. */
export function isAnything(shape: Shape): boolean {
  return shape.kind === 'scalar' && (shape.scalar === 'raw' || shape.scalar === 'json');
}

/** omitempty leaves out what is no struct in Go. */
function isOmittable(shape: Shape): boolean {
  if (shape.kind === 'struct') return false;
  return shape.kind !== 'scalar' || omittable.has(shape.scalar);
}

const omittable = new Set(['string', 'bool', 'int32', 'int64', 'float64', 'bytes', 'any']);
