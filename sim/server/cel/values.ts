/**
 * JSON as CEL sees it and back: whole numbers are ints, objects are maps. Values that CEL has no type
 * for (authorizers, quantities, optionals) travel as maps that only their functions understand.
 */
import {
  celList,
  celMap,
  isCelList,
  isCelMap,
  isCelUint,
  type CelInput,
  type CelMap,
  type CelValue,
} from '@bufbuild/cel';

const converted = new WeakMap<object, CelInput>();

/** The value for CEL; what was converted before is remembered, as stored objects never change. */
export function toCel(value: unknown): CelInput {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return (value ?? null) as CelInput;
  if (isCelMap(value) || isCelList(value)) return value;
  const known = converted.get(value);
  if (known !== undefined) return known;
  const made = Array.isArray(value) ? celList(value.map(toCel)) : mapOf(value);
  converted.set(value, made);
  return made;
}

function mapOf(value: object): CelMap {
  const entries = new Map<string, CelInput>();
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) entries.set(key, toCel(item));
  }
  return celMap(entries);
}

/** The value as JSON; what JSON cannot hold is undefined. */
export function fromCel(value: CelValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (isCelUint(value)) return Number(value.value);
  if (isCelList(value)) return [...value].map(fromCel);
  if (!isCelMap(value)) return typeof value === 'object' && value !== null ? undefined : value;
  const fields: Record<string, unknown> = {};
  for (const [key, item] of value) fields[String(key)] = fromCel(item);
  return fields;
}

/** A value of a type that CEL does not know. */
export abstract class Opaque {
  /** How its type is called in errors. */
  abstract readonly typeName: string;
}

const opaques = new WeakMap<object, Opaque>();

/** Wraps an opaque value for CEL. */
export function wrapped(opaque: Opaque): CelMap {
  const map = celMap(new Map());
  opaques.set(map, opaque);
  return map;
}

/** The opaque value of the class behind a CEL value, if there is one. */
export function unwrapped<T extends Opaque>(
  value: unknown,
  type: abstract new (...args: never[]) => T,
): T | undefined {
  const opaque = typeof value === 'object' && value !== null ? opaques.get(value) : undefined;
  return opaque instanceof type ? opaque : undefined;
}

/** The type of a value as CEL tells it. */
export function typeNameOf(value: CelValue): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'double';
  if (value === null) return 'null_type';
  if (isCelList(value)) return 'list';
  if (isCelMap(value)) return opaques.get(value)?.typeName ?? 'map';
  return isCelUint(value) ? 'uint' : 'dyn';
}
