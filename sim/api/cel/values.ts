/**
 * Values of CEL. bool, string, null and lists are JavaScript's; an int is a bigint, a double a number,
 * a map a Map with strings, bools and bigints as keys; all else are classes of ours.
 * @upstream cel-go/common/types
 */

/** A value. */
export type CelValue =
  null | boolean | string | bigint | number | Uint8Array | readonly CelValue[] | CelMap | Opaque;

/** A key of a map: ints and uints of one number are one key. */
export type CelKey = string | bigint | boolean;

/** A map, and an object of a known type. */
export type CelMap = ReadonlyMap<CelKey, CelValue>;

/** A value of a type that JSON does not have. */
export abstract class Opaque {
  /** The name of its type: `timestamp`, `net.IP`. */
  abstract readonly typeName: string;

  /** Whether it equals a value of the same type. */
  equals(other: Opaque): boolean {
    return this === other;
  }

  /** Negative, 0 or positive; undefined when values of this type have no order. */
  compare(_other: Opaque): number | undefined {
    return undefined;
  }

  /** What a function of its own gives; undefined when it has none of the name. */
  invoke(_name: string, _args: readonly CelValue[]): CelValue | undefined {
    return undefined;
  }
}

/** An unsigned whole number of 64 bits. */
export class Uint extends Opaque {
  readonly typeName = 'uint';

  constructor(readonly value: bigint) {
    super();
  }

  override equals(other: Opaque): boolean {
    return other instanceof Uint && other.value === this.value;
  }
}

/** An instant, in nanoseconds since 1970. */
export class Timestamp extends Opaque {
  readonly typeName = 'google.protobuf.Timestamp';

  constructor(
    readonly nanos: bigint,
    /** The offset of the clock that it was read from, by which it is printed. */
    readonly offsetMinutes = 0,
  ) {
    super();
  }

  override equals(other: Opaque): boolean {
    return other instanceof Timestamp && other.nanos === this.nanos;
  }

  override compare(other: Opaque): number | undefined {
    return other instanceof Timestamp ? order(this.nanos, other.nanos) : undefined;
  }
}

/** A span of time in nanoseconds. */
export class Duration extends Opaque {
  readonly typeName = 'google.protobuf.Duration';

  constructor(readonly nanos: bigint) {
    super();
  }

  override equals(other: Opaque): boolean {
    return other instanceof Duration && other.nanos === this.nanos;
  }

  override compare(other: Opaque): number | undefined {
    return other instanceof Duration ? order(this.nanos, other.nanos) : undefined;
  }
}

/** A type as a value: what `type(x)` gives. */
export class TypeValue extends Opaque {
  readonly typeName = 'type';

  constructor(readonly name: string) {
    super();
  }

  override equals(other: Opaque): boolean {
    return other instanceof TypeValue && other.name === this.name;
  }
}

/** A value that may be absent. */
export class Optional extends Opaque {
  readonly typeName = 'optional_type';

  constructor(readonly value: CelValue | undefined) {
    super();
  }

  static readonly none = new Optional(undefined);

  override equals(other: Opaque): boolean {
    if (!(other instanceof Optional)) return false;
    if (this.value === undefined || other.value === undefined) return this.value === other.value;
    return equalValues(this.value, other.value);
  }
}

/** A list whose items are told apart by keys or are a set: their order does not count. */
export class KeyedList extends Array<CelValue> {
  private itemKey: (item: CelValue) => string = String;

  static made(items: readonly CelValue[], itemKey: (item: CelValue) => string): KeyedList {
    const list = new KeyedList();
    for (const item of items) list.push(item);
    list.itemKey = itemKey;
    return list;
  }

  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** Whether the other list has the same items. */
  hasSame(other: readonly CelValue[]): boolean {
    if (this.length !== other.length) return false;
    const items = new Map(this.map(item => [this.itemKey(item), item]));
    return other.every(item => {
      const own = items.get(this.itemKey(item));
      return own !== undefined && equalValues(own, item);
    });
  }

  /** With the items of the other list in the place of their like, and after them. */
  merged(other: readonly CelValue[]): KeyedList {
    const items = new Map(this.map(item => [this.itemKey(item), item]));
    for (const item of other) items.set(this.itemKey(item), item);
    return KeyedList.made([...items.values()], this.itemKey);
  }
}

/** An error of evaluation, in cel-go's words. */
export class CelFault extends Error {}

/** No function fits the types of what it was given. */
export function noOverload(): never {
  throw new CelFault('no such overload');
}

/** Whether the value is a map. */
export function isMap(value: unknown): value is CelMap {
  return value instanceof Map;
}

/** Whether the value is a list. */
export function isList(value: unknown): value is readonly CelValue[] {
  return Array.isArray(value);
}

/** The type of a value as errors tell it. */
export function typeNameOf(value: CelValue): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    default:
      if (value === null) return 'null_type';
      if (isList(value)) return 'list';
      if (isMap(value)) return 'map';
      return value instanceof Uint8Array ? 'bytes' : (value as Opaque).typeName;
  }
}

/** -1, 0 or 1. */
export function order<T extends bigint | number | string>(left: T, right: T): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The number of an int, uint or double; undefined for all else. */
export function numberOf(value: CelValue): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof Uint ? value.value : undefined;
}

/** Whether two values are equal: numbers across their types, values of different types never. */
export function equalValues(left: CelValue, right: CelValue): boolean {
  if (left === right) return true;
  const [a, b] = [numberOf(left), numberOf(right)];
  // Ints, uints and doubles are equal when their numbers are.
  if (a !== undefined || b !== undefined) return a == b; // eslint-disable-line eqeqeq
  if (left instanceof KeyedList) return isList(right) && left.hasSame(right);
  if (isList(left)) {
    return (
      isList(right) &&
      left.length === right.length &&
      left.every((item, index) => equalValues(item, right[index] ?? null))
    );
  }
  if (isMap(left)) return isMap(right) && equalMaps(left, right);
  if (left instanceof Uint8Array) {
    return right instanceof Uint8Array && compareBytes(left, right) === 0;
  }
  return left instanceof Opaque && right instanceof Opaque && left.equals(right);
}

function equalMaps(left: CelMap, right: CelMap): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left) {
    const other = right.get(key);
    if (other === undefined || !equalValues(value, other)) return false;
  }
  return true;
}

/** The order of two values of types that have one. */
export function compareValues(left: CelValue, right: CelValue): number {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) {
    if (Number.isNaN(a) || Number.isNaN(b)) {
      throw new CelFault('NaN values cannot be ordered');
    }
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right);
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  const compared =
    left instanceof Opaque && right instanceof Opaque ? left.compare(right) : undefined;
  return compared ?? noOverload();
}

/** By bytes of UTF-8, which is by code points. */
function compareStrings(left: string, right: string): number {
  if (!/[\ud800-\udfff]/.test(left + right)) return order(left, right);
  const encoder = new TextEncoder();
  return compareBytes(encoder.encode(left), encoder.encode(right));
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return order(left.length, right.length);
}

/** The number of code points, bytes, items or entries; undefined for what has no size. */
export function sizeOf(value: CelValue): number | undefined {
  if (typeof value === 'string') return codePoints(value);
  if (isList(value) || value instanceof Uint8Array) return value.length;
  return isMap(value) ? value.size : undefined;
}

/** The number of code points of a text. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length; index++) {
    if ((text.codePointAt(index) ?? 0) > 0xffff) {
      count--;
      index++;
    }
  }
  return count;
}

/** A value as the key of a map; undefined when it cannot be one. */
export function keyOf(value: CelValue): CelKey | undefined {
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean') {
    return value;
  }
  if (value instanceof Uint) return value.value;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined;
}
