/** JSON as CEL sees it and back: whole numbers are ints, objects are maps. */
import { isRecord } from '../equality.js';
import {
  Duration,
  Opaque,
  Timestamp,
  Uint,
  isList,
  isMap,
  type CelKey,
  type CelValue,
} from './values.js';
import { toText } from './library/conversions.js';

const converted = new WeakMap<object, CelValue>();

/** The value for CEL; what was converted before is remembered, as stored objects never change. */
export function toCel(value: unknown): CelValue {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') {
    return value;
  }
  if (value instanceof Opaque || value instanceof Map) return value as CelValue;
  if (typeof value !== 'object' || value === null) return null;
  const known = converted.get(value);
  if (known !== undefined) return known;
  const made = Array.isArray(value) ? value.map(toCel) : mapOf(value);
  converted.set(value, made);
  return made;
}

function mapOf(value: object): CelValue {
  const entries = new Map<CelKey, CelValue>();
  if (!isRecord(value)) return entries;
  for (const key in value) {
    const item = value[key];
    if (item !== undefined) entries.set(key, toCel(item));
  }
  return entries;
}

/** The value as JSON; what JSON cannot hold is undefined. */
export function fromCel(value: CelValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint) return Number(value.value);
  if (value instanceof Timestamp || value instanceof Duration) return toText(value);
  if (isList(value)) return value.map(fromCel);
  if (!isMap(value)) return typeof value === 'object' && value !== null ? undefined : value;
  const fields: Record<string, unknown> = {};
  for (const [key, item] of value) fields[String(key)] = fromCel(item);
  return fields;
}
