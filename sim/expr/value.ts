/** The values of expressions. @upstream expr-lang/expr v1.17 */

/** A value; undefined is nil. Whole numbers and others are one type here. */
export type Value =
  number | string | boolean | undefined | readonly Value[] | Fields | Instant | Duration | Callable;

/** Values by name. */
export interface Fields {
  readonly [name: string]: Value;
}

/** A function that an expression may call. */
export type Callable = (args: readonly Value[]) => Value;

/** A moment, as `date` and `now` give it. */
export class Instant {
  constructor(readonly ms: number) {}
}

/** A length of time, as `duration` and differences of moments are. */
export class Duration {
  constructor(readonly ms: number) {}
}

/** Why an expression has no value. */
export class Fault extends Error {}

/** Whether it is a map, and nothing that only looks like one. */
export function isFields(value: Value): value is Fields {
  if (typeof value !== 'object' || Array.isArray(value)) return false;
  return !(value instanceof Instant) && !(value instanceof Duration);
}

/** Whether it is a list. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** The type as errors name it. */
export function typeName(value: Value): string {
  if (value === undefined) return '<nil>';
  if (isList(value)) return '[]float64';
  if (value instanceof Instant) return 'time.Time';
  if (value instanceof Duration) return 'time.Duration';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'function') return 'func(...interface {}) (interface {}, error)';
  return typeof value === 'number' ? 'float64' : typeof value === 'string' ? 'string' : 'bool';
}

/** The value as text, as Go prints it. */
export function textOf(value: Value): string {
  if (value === undefined) return '<nil>';
  if (value instanceof Instant) return new Date(value.ms).toISOString();
  if (value instanceof Duration) return `${value.ms / 1000}s`;
  if (isList(value)) return `[${value.map(textOf).join(' ')}]`;
  if (isFields(value)) {
    const names = Object.keys(value).sort();
    return `map[${names.map(name => `${name}:${textOf(value[name])}`).join(' ')}]`;
  }
  return typeof value === 'function' ? 'func' : String(value);
}
