/** Arithmetic, comparison, membership. @upstream cel-go/common/types/{int,uint,double,overflow}.go */
import {
  Duration,
  KeyedList,
  Timestamp,
  Uint,
  compareValues,
  equalValues,
  isList,
  isMap,
  keyOf,
  noOverload,
  type CelValue,
} from '../values.js';
import { fail, type CelFunctions } from './function.js';

const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;
const uint64Max = 2n ** 64n - 1n;
const secondNanos = 1_000_000_000n;
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
const secondsMin = -62135596800n;
const secondsMax = 253402300799n;

/** The int, or an overflow. */
export function int64(value: bigint): bigint {
  return value < int64Min || value > int64Max ? fail('integer overflow') : value;
}

/** The uint, or an overflow. */
export function uint64(value: bigint): Uint {
  return value < 0n || value > uint64Max ? fail('unsigned integer overflow') : new Uint(value);
}

/** The timestamp, or an overflow. */
export function timestampOf(nanos: bigint): Timestamp {
  const isFine = nanos >= secondsMin * secondNanos && nanos < (secondsMax + 1n) * secondNanos;
  return isFine ? new Timestamp(nanos) : fail('timestamp overflow');
}

/** The duration, or an overflow. */
export function durationOf(nanos: bigint): Duration {
  const isFine = nanos >= int64Min && nanos <= int64Max;
  return isFine ? new Duration(nanos) : fail('duration overflow');
}

function arithmetic(
  whole: (left: bigint, right: bigint) => bigint,
  real: ((left: number, right: number) => number) | undefined,
  other: (left: CelValue, right: CelValue) => CelValue = noOverload,
) {
  return (left: CelValue = null, right: CelValue = null): CelValue => {
    if (typeof left === 'bigint' && typeof right === 'bigint') return int64(whole(left, right));
    if (left instanceof Uint && right instanceof Uint) {
      return uint64(whole(left.value, right.value));
    }
    if (real !== undefined && typeof left === 'number' && typeof right === 'number') {
      return real(left, right);
    }
    return other(left, right);
  };
}

function sum(left: CelValue, right: CelValue): CelValue {
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (isList(left) && isList(right)) {
    return left instanceof KeyedList ? left.merged(right) : [...left, ...right];
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    return Uint8Array.from([...left, ...right]);
  }
  if (left instanceof Duration) {
    if (right instanceof Duration) return durationOf(left.nanos + right.nanos);
    if (right instanceof Timestamp) return timestampOf(left.nanos + right.nanos);
  }
  if (left instanceof Timestamp && right instanceof Duration) {
    return timestampOf(left.nanos + right.nanos);
  }
  return noOverload();
}

function difference(left: CelValue, right: CelValue): CelValue {
  if (left instanceof Timestamp) {
    if (right instanceof Timestamp) return durationOf(left.nanos - right.nanos);
    if (right instanceof Duration) return timestampOf(left.nanos - right.nanos);
  }
  if (left instanceof Duration && right instanceof Duration) {
    return durationOf(left.nanos - right.nanos);
  }
  return noOverload();
}

function divided(what: string, operation: (left: bigint, right: bigint) => bigint) {
  return (left: bigint, right: bigint): bigint =>
    right === 0n ? fail(`${what} by zero`) : operation(left, right);
}

/** The operators. && || ?: and indexes are the interpreter's own. */
export const operators: CelFunctions = {
  '_+_': arithmetic(
    (left, right) => left + right,
    (left, right) => left + right,
    sum,
  ),
  '_-_': arithmetic(
    (left, right) => left - right,
    (left, right) => left - right,
    difference,
  ),
  '_*_': arithmetic(
    (left, right) => left * right,
    (left, right) => left * right,
  ),
  '_/_': arithmetic(
    divided('division', (left, right) => left / right),
    (left, right) => left / right,
  ),
  '_%_': arithmetic(
    divided('modulus', (left, right) => left % right),
    undefined,
  ),
  '-_': value => {
    if (typeof value === 'bigint') return int64(-value);
    return typeof value === 'number' ? -value : noOverload();
  },
  '!_': value => (typeof value === 'boolean' ? !value : noOverload()),
  '_==_': (left = null, right = null) => equalValues(left, right),
  '_!=_': (left = null, right = null) => !equalValues(left, right),
  '_<_': (left = null, right = null) => compareValues(left, right) < 0,
  '_<=_': (left = null, right = null) => compareValues(left, right) <= 0,
  '_>_': (left = null, right = null) => compareValues(left, right) > 0,
  '_>=_': (left = null, right = null) => compareValues(left, right) >= 0,
  '@in': (item = null, range = null) => {
    if (isList(range)) return range.some(each => equalValues(each, item));
    if (!isMap(range)) return noOverload();
    const key = keyOf(item);
    return key !== undefined && range.has(key);
  },
};
