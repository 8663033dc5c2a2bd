/** The values of conditions. @upstream expr-lang/expr */

/** A value; undefined is nil. */
export type Value = number | string | boolean | undefined | readonly Value[] | Fields;

/** Values by name. */
export interface Fields {
  readonly [name: string]: Value;
}

/** What an expression sees. */
export interface Scope {
  readonly names: Readonly<Record<string, Value>>;
  /** `#`: the item that a condition is about. */
  readonly item: Value;
}

/** Why an expression has no value. */
export class Fault extends Error {}

/** The type as errors name it. */
export function typeName(value: Value): string {
  if (value === undefined) return '<nil>';
  if (Array.isArray(value)) return '[]float64';
  if (typeof value === 'object') return 'map[string]interface {}';
  return typeof value === 'number' ? 'float64' : typeof value === 'string' ? 'string' : 'bool';
}
