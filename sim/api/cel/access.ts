/** Fields, indexes and keys of values. @upstream cel-go/interpreter/attributes.go */
import {
  CelFault,
  Optional,
  isList,
  isMap,
  keyOf,
  noOverload,
  typeNameOf,
  type CelValue,
} from './values.js';

/** Whether an object has the field, as `has(a.b)` asks. */
export function hasField(value: CelValue, field: string): boolean {
  if (value instanceof Optional) return value.value !== undefined && hasField(value.value, field);
  return isMap(value) ? value.has(field) : noOverload();
}

/** A field of an object. */
export function fieldOf(value: CelValue, field: string): CelValue {
  if (value instanceof Optional) return optionalAt(value, field);
  const found = isMap(value) ? value.get(field) : undefined;
  if (found === undefined) throw new CelFault(`no such key: ${field}`);
  return found;
}

/** What stands at an index or a key. */
export function itemAt(value: CelValue, at: CelValue): CelValue {
  if (value instanceof Optional) return optionalAt(value, at);
  const key = keyOf(at);
  if (isList(value)) {
    if (typeof key !== 'bigint') {
      throw new CelFault(`unsupported index type '${typeNameOf(at)}' in list`);
    }
    const item = key < 0n ? undefined : value[Number(key)];
    if (item === undefined) throw new CelFault(`index out of bounds: ${key}`);
    return item;
  }
  if (!isMap(value)) return noOverload();
  const item = key === undefined ? undefined : value.get(key);
  if (item === undefined) throw new CelFault(`no such key: ${keyText(at)}`);
  return item;
}

function keyText(key: CelValue): string {
  return typeof key === 'object' ? typeNameOf(key) : String(key);
}

/** `a.?b` and `a[?b]`: absent where a plain select would fail. */
export function optionalAt(value: CelValue, at: CelValue): CelValue {
  if (value instanceof Optional) {
    return value.value === undefined ? Optional.none : optionalAt(value.value, at);
  }
  const key = keyOf(at);
  let item: CelValue | undefined;
  if (isMap(value)) item = key === undefined ? undefined : value.get(key);
  else if (isList(value)) {
    item = typeof key === 'bigint' && key >= 0n ? value[Number(key)] : undefined;
  }
  return item === undefined ? Optional.none : new Optional(item);
}
