/** x-kubernetes-validations: rules in CEL. @upstream apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go */
import type { FieldError } from '../../api/field-error.js';
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';
import type { Old } from './validate-schema.js';

const known = new WeakMap<JSONSchemaProps, boolean>();

/** Whether the schema has rules anywhere. */
export function hasRules(schema: JSONSchemaProps): boolean {
  let has = known.get(schema);
  if (has === undefined)
    known.set(schema, (has = JSON.stringify(schema).includes('"x-kubernetes-validations"')));
  return has;
}

/** What the rules find wrong. */
export function ruleErrors(
  _value: unknown,
  _schema: JSONSchemaProps,
  _old: Old | undefined,
): readonly FieldError[] {
  return [];
}
