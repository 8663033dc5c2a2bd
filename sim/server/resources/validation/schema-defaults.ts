/** Defaults within schemas have to fit their schemas. @upstream apiextensions-apiserver/pkg/apiserver/schema/defaulting/validation.go */
import type { JSONSchemaProps } from '../../../api/kinds/apiextensions.js';
import { deepEqual, isRecord } from '../../../api/equality.js';
import { embeddedErrors } from '../../custom/embedded.js';
import { pruned } from '../../custom/schema.js';
import { schemaErrors } from '../../custom/validate-schema.js';
import { invalid } from '../field-error.js';
import type { Errors } from './checks.js';
import { itemSchema, propertiesOf } from './schema-structure.js';

/** The defaults of a schema and of what is below it; those of metadata are let pass. */
export function checkSchemaDefaults(schema: JSONSchemaProps, path: string, errors: Errors): void {
  const { default: value } = schema;
  if (value !== undefined && value !== null) checkDefault(value, schema, `${path}.default`, errors);
  const items = itemSchema(schema);
  if (items !== undefined) checkSchemaDefaults(items, `${path}.items`, errors);
  const isObject = schema['x-kubernetes-embedded-resource'] === true;
  for (const [name, property] of propertiesOf(schema)) {
    if (isObject && name === 'metadata') continue;
    checkSchemaDefaults(property, `${path}.properties[${name}]`, errors);
  }
}

function checkDefault(value: unknown, schema: JSONSchemaProps, path: string, errors: Errors): void {
  const within = { properties: { value: schema } };
  const { value: kept } = pruned({ value }, within);
  if (!deepEqual(kept, value)) {
    errors.push(invalid(path, value, 'must not have unknown fields'));
  }
  const embedded = isRecord(value) ? embeddedErrors(value, schema, path) : [];
  if (embedded.length > 0) errors.push(...embedded);
  else errors.push(...schemaErrors(value, schema, { root: path }));
}
