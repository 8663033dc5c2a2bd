/**
 * Specs that passed a check. Installations and searches bring the same ones to one server after another,
 * and what passed its schema once passes it always.
 */

import type { FieldError } from '../../api/field-error.js';
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';

/** Where the spec of a custom object stands. */
const specPath = 'spec';

/** What passed one check, and what the check said of it. */
export class Passed<V> {
  private readonly known = new WeakMap<object, { readonly schema: object; readonly said: V }>();

  /** What was said of the value, if it is a spec that passed this schema. */
  of(value: unknown, schema: object, path: string): V | undefined {
    if (path !== specPath || !isObject(value)) return undefined;
    const known = this.known.get(value);
    return known?.schema === schema ? known.said : undefined;
  }

  /** The value has passed. */
  note(value: unknown, schema: object, { path, said }: { path: string; said: V }): void {
    if (path === specPath && isObject(value)) this.known.set(value, { schema, said });
  }
}

const none: readonly FieldError[] = [];

/** What a check finds wrong with the value: nothing, if it is a spec that has passed before. */
export function unlessPassed(
  passed: Passed<readonly FieldError[]>,
  { value, schema, path }: { value: unknown; schema: JSONSchemaProps; path: string },
  check: (value: unknown, schema: JSONSchemaProps, path: string) => readonly FieldError[],
): readonly FieldError[] {
  const before = passed.of(value, schema, path);
  if (before !== undefined) return before;
  const errors = check(value, schema, path);
  if (errors.length === 0) passed.note(value, schema, { path, said: none });
  return errors;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
