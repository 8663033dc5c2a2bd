/**
 * Setting defaults without copying what has them already. Copies that gain fields are made by
 * Object.assign: in V8 a spread is quick to copy and very slow to grow.
 */

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The object with these fields where it has none; the same object when nothing was missing. */
export function fill<T extends object>(object: T, defaults: Partial<T>): T {
  let missing: Partial<Mutable<T>> | undefined;
  for (const key in defaults) {
    if (object[key] !== undefined && object[key] !== null) continue;
    missing ??= {};
    missing[key] = defaults[key];
  }
  return missing === undefined ? object : Object.assign({}, object, missing);
}

/** As `fill`, for fields whose zero value means unset: '', 0, false. */
export function fillEmpty<T extends object>(object: T, defaults: Partial<T>): T {
  let missing: Partial<Mutable<T>> | undefined;
  for (const key in defaults) {
    if (object[key]) continue;
    missing ??= {};
    missing[key] = defaults[key];
  }
  return missing === undefined ? object : Object.assign({}, object, missing);
}

/** The object with the field set; the same object when it had that very value. */
export function withField<T extends object, K extends keyof T>(
  object: T,
  field: K,
  value: T[K],
): T {
  return object[field] === value ? object : Object.assign({}, object, { [field]: value });
}

/** The object with the field's value defaulted, if it has one. */
export function within<T extends object, K extends keyof T>(
  object: T,
  field: K,
  change: (value: NonNullable<T[K]>) => NonNullable<T[K]>,
): T {
  const value = object[field];
  if (value === undefined || value === null) return object;
  const changed = change(value);
  return changed === value ? object : { ...object, [field]: changed };
}

/** The list with every item changed; the same list when no item was. */
export function eachItem<T>(list: readonly T[], change: (item: T) => T): readonly T[] {
  let changed: T[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const item = list[index] as T;
    const next = change(item);
    if (next === item) continue;
    changed ??= [...list];
    changed[index] = next;
  }
  return changed ?? list;
}

/** The object without the field. */
export function without<T extends object, K extends keyof T>(object: T, field: K): T {
  if (!(field in object)) return object;
  const { [field]: _dropped, ...rest } = object;
  return rest as T;
}

/** The object with the other's field, or without it when the other has none. */
export function keptField<T extends object, K extends keyof T>(object: T, old: T, field: K): T {
  const value = old[field];
  return value === undefined ? without(object, field) : withField(object, field, value);
}
