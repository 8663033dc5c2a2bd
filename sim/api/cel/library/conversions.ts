/** Conversions between types, and size. @upstream cel-go/common/types */
import { parseDuration } from '../../duration.js';
import { goNumber } from '../../go-text.js';
import { parseTime } from '../../time.js';
import {
  Duration,
  Opaque,
  Timestamp,
  TypeValue,
  Uint,
  isList,
  noOverload,
  sizeOf,
  typeNameOf,
  type CelValue,
} from '../values.js';
import { fail, type CelFunctions } from './function.js';
import { Cidr, Ip } from './network.js';
import { durationOf, int64, timestampOf, uint64 } from './operators.js';

const secondNanos = 1_000_000_000n;

function cannot(value: CelValue, wanted: string): never {
  return fail(`type conversion error from '${typeNameOf(value)}' to '${wanted}'`);
}

function wholeOf(text: string): bigint | undefined {
  return /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined;
}

function toInt(value: CelValue = null): CelValue {
  if (typeof value === 'bigint') return value;
  if (value instanceof Uint) return int64(value.value);
  if (value instanceof Timestamp) return floorDivided(value.nanos, secondNanos);
  if (value instanceof Duration) return value.nanos;
  if (typeof value === 'number') {
    return Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : fail('integer overflow');
  }
  if (typeof value !== 'string') return noOverload();
  const whole = wholeOf(value);
  const isFine = whole !== undefined && whole >= -(2n ** 63n) && whole < 2n ** 63n;
  return isFine ? whole : cannot(value, 'int');
}

function floorDivided(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

function toUint(value: CelValue = null): CelValue {
  if (value instanceof Uint) return value;
  if (typeof value === 'bigint') return uint64(value);
  if (typeof value === 'number') {
    const isFine = value >= 0 && value < 2 ** 64;
    return isFine ? new Uint(BigInt(Math.trunc(value))) : fail('unsigned integer overflow');
  }
  if (typeof value !== 'string') return noOverload();
  const whole = /^\d+$/.test(value) ? BigInt(value) : undefined;
  return whole !== undefined && whole < 2n ** 64n ? new Uint(whole) : cannot(value, 'uint');
}

const specials: Readonly<Record<string, number>> = {
  inf: Infinity,
  '+inf': Infinity,
  '-inf': -Infinity,
  infinity: Infinity,
  nan: NaN,
};

function toDouble(value: CelValue = null): CelValue {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint) return Number(value.value);
  if (typeof value !== 'string') return noOverload();
  const special = specials[value.toLowerCase()];
  if (special !== undefined) return special;
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value);
  return isNumber ? Number(value) : cannot(value, 'double');
}

const trueTexts = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const falseTexts = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

function toBool(value: CelValue = null): CelValue {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return noOverload();
  if (trueTexts.has(value)) return true;
  return falseTexts.has(value) ? false : cannot(value, 'bool');
}

function toBytes(value: CelValue = null): CelValue {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? new TextEncoder().encode(value) : noOverload();
}

/** The value as a string, as `string(value)` has it. */
export function toText(value: CelValue = null): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return goNumber(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return `${secondsText(value.nanos)}s`;
  if (value instanceof Ip || value instanceof Cidr) return value.text;
  if (!(value instanceof Uint8Array)) return noOverload();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(value);
  } catch {
    // Only bytes that are no UTF-8 make the decoder throw.
    return fail('invalid UTF-8 in bytes, cannot convert to string');
  }
}

function secondsText(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos;
  const digits = String(size % secondNanos)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const whole = `${nanos < 0n ? '-' : ''}${size / secondNanos}`;
  return digits === '' ? whole : `${whole}.${digits}`;
}

function timestampText({ nanos, offsetMinutes }: Timestamp): string {
  const seconds = floorDivided(nanos, secondNanos);
  const rest = nanos - seconds * secondNanos;
  const wall = new Date((Number(seconds) + offsetMinutes * 60) * 1000);
  const digits = String(rest).padStart(9, '0').replace(/0+$/, '');
  const base = wall.toISOString().slice(0, 19) + (digits === '' ? '' : `.${digits}`);
  if (offsetMinutes === 0) return `${base}Z`;
  const two = (value: number) => String(Math.trunc(Math.abs(value))).padStart(2, '0');
  const sign = offsetMinutes < 0 ? '-' : '+';
  return `${base}${sign}${two(offsetMinutes / 60)}:${two(offsetMinutes % 60)}`;
}

/** The instant that a text of RFC 3339 tells; undefined for other texts. */
export function timestampFrom(text: string): Timestamp | undefined {
  const parsed = parseTime(text);
  if (!parsed.isOk) return undefined;
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  const nanos = BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  const seconds = BigInt(Math.floor(parsed.value / 1000));
  const [, sign, hours = '0', minutes = '0'] = /([+-])(\d\d):(\d\d)$/.exec(text) ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  return new Timestamp(seconds * secondNanos + nanos, offset);
}

/** The duration that a text of Go's tells; undefined for other texts. */
export function durationFrom(text: string): Duration | undefined {
  const parsed = parseDuration(text);
  return parsed.isOk ? new Duration(BigInt(Math.round(parsed.value))) : undefined;
}

function toTimestamp(value: CelValue = null): CelValue {
  if (value instanceof Timestamp) return value;
  if (typeof value === 'bigint') return timestampOf(value * secondNanos);
  if (typeof value !== 'string') return noOverload();
  const found = timestampFrom(value);
  return found === undefined ? cannot(value, 'google.protobuf.Timestamp') : found;
}

function toDuration(value: CelValue = null): CelValue {
  if (value instanceof Duration) return value;
  if (typeof value === 'bigint') return durationOf(value);
  if (typeof value !== 'string') return noOverload();
  const found = durationFrom(value);
  return found === undefined ? cannot(value, 'google.protobuf.Duration') : found;
}

/** The conversions. */
export const conversions: CelFunctions = {
  int: toInt,
  uint: toUint,
  double: toDouble,
  bool: toBool,
  bytes: toBytes,
  string: toText,
  timestamp: toTimestamp,
  duration: toDuration,
  dyn: (value = null) => value,
  type: (value = null) => new TypeValue(typeNameOf(value)),
  size: (value = null) => {
    const size = sizeOf(value);
    return size === undefined ? noOverload() : BigInt(size);
  },
};

/** 0001-01-01T00:00:00Z, Go's zero time. */
const yearOne = -62135596800n * secondNanos;

/** Whether the value is as good as absent. @upstream traits.Zeroer */
export function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === '' || value === 0n || value === 0) return true;
  if (isList(value) || value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Duration) return value.nanos === 0n;
  if (value instanceof Timestamp) return value.nanos === yearOne;
  return (
    !(value instanceof Opaque) &&
    typeof value === 'object' &&
    (value as { size?: number }).size === 0
  );
}
