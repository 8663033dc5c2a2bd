/**
 * Checks the schemas and the selectable fields of definitions of custom resources.
 * @upstream apiextensions-apiserver/pkg/apis/apiextensions/validation validateCustomResourceDefinitionValidation
 */
import { deepEqual, isRecord } from '../../api/equality.js';
import {
  duplicate,
  forbidden,
  invalid,
  required,
  tooMany,
  type FieldError,
} from '../../api/field-error.js';
import type { JSONSchemaProps, SelectableField } from '../../api/kinds/apiextensions.js';
import { embeddedErrors } from './embedded.js';
import { schemaAtFieldPath } from './field-path.js';
import { goSchema, setFields } from './go-schema.js';
import { openApiErrors } from './open-api-rules.js';
import { isEmbedded, itemsOf, membersOf } from '../../api/json-schema.js';
import { pruned, prunedWithin } from './schema.js';
import { propertiesOf, structuralErrors } from './structural.js';
import { unsupportedText } from './unsupported.js';
import { schemaErrors } from './validate-schema.js';

/**
 * What is wrong with a schema that stands at `path`.openAPIV3Schema. A process that boots many clusters
 * installs the same definitions in each: objects never change, so a schema that was right stays so.
 */
export function definitionSchemaErrors(
  schema: JSONSchemaProps,
  path: string,
  settings: { readonly hasStatus: boolean },
): readonly FieldError[] {
  const right = rightSchemas[settings.hasStatus ? 'withStatus' : 'without'];
  if (right.has(schema)) return [];
  const errors = schemaErrorsAt(schema, path, settings);
  if (errors.length === 0) right.add(schema);
  return errors;
}

const rightSchemas = {
  withStatus: new WeakSet<JSONSchemaProps>(),
  without: new WeakSet<JSONSchemaProps>(),
};

function schemaErrorsAt(
  schema: JSONSchemaProps,
  path: string,
  { hasStatus }: { readonly hasStatus: boolean },
): readonly FieldError[] {
  const at = `${path}.openAPIV3Schema`;
  const errors: FieldError[] = [];
  if (hasStatus) errors.push(...rootErrors(schema, at));
  if (schema.nullable === true) {
    errors.push(forbidden(`${at}.nullable`, 'nullable cannot be true at the root'));
  }
  const unsupported = unsupportedText(schema);
  if (unsupported !== undefined) {
    // What stands there is mostly forbidden anyway: only otherwise this is told.
    const all = [...errors, ...openApiErrors(schema, at, false)];
    return all.length > 0 ? all : [invalid(at, '', unsupported)];
  }
  const structural = structuralErrors(schema, at);
  const further = structural.length > 0 ? structural : defaultErrors(schema, at, true);
  return [...errors, ...further, ...openApiErrors(schema, at, further.length === 0)];
}

const allowedAtRoot = [
  'Description',
  'Type',
  'Format',
  'Title',
  'Maximum',
  'ExclusiveMaximum',
  'Minimum',
  'ExclusiveMinimum',
  'MaxLength',
  'MinLength',
  'Pattern',
  'MaxItems',
  'MinItems',
  'UniqueItems',
  'MultipleOf',
  'Required',
  'Items',
  'Properties',
  'ExternalDocs',
  'Example',
  'XPreserveUnknownFields',
  'XValidations',
];

/** The status is a part of its own: what it is told by must be a map, and what is told of the whole is lost. */
function rootErrors(schema: JSONSchemaProps, at: string): readonly FieldError[] {
  const condition = 'at the root of the schema if the status subresource is enabled';
  for (const name of setFields(schema)) {
    if (name === 'Type' && schema.type !== 'object') {
      const text = `only "object" is allowed as the type ${condition}`;
      return [invalid(`${at}.type`, schema.type, text)];
    }
    if (allowedAtRoot.includes(name)) continue;
    const text = `only [${allowedAtRoot.join(' ')}] fields are allowed ${condition}`;
    return [invalid(at, goSchema(schema), text)];
  }
  return [];
}

/** Defaults must be what the schema allows. @upstream schema/defaulting/validation.go */
function defaultErrors(
  schema: JSONSchemaProps,
  path: string,
  isRoot: boolean,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const value: unknown = schema.default;
  if (value !== undefined && value !== null) {
    // The whole object counts as an embedded one.
    const embedded = isRoot ? { ...schema, 'x-kubernetes-embedded-resource': true } : schema;
    errors.push(...oneDefaultErrors(embedded, value, path));
  }
  const items = itemsOf(schema);
  const members = membersOf(schema);
  for (const [name, property] of propertiesOf(schema)) {
    const isMeta = (isRoot || isEmbedded(schema)) && metaFields.has(name);
    if (!isMeta) errors.push(...defaultErrors(property, `${path}.properties[${name}]`, false));
  }
  if (items !== undefined) errors.push(...defaultErrors(items, `${path}.items`, false));
  if (members !== undefined) {
    errors.push(...defaultErrors(members, `${path}.additionalProperties`, false));
  }
  return errors;
}

const metaFields = new Set(['metadata', 'kind', 'apiVersion']);

function oneDefaultErrors(schema: JSONSchemaProps, value: unknown, path: string) {
  const at = `${path}.default`;
  const errors: FieldError[] = [];
  const kept = isEmbedded(schema)
    ? pruned(isRecord(value) ? value : {}, schema)
    : prunedWithin(value, schema);
  if (!deepEqual(kept, value)) errors.push(invalid(at, value, 'must not have unknown fields'));
  const unfit = embeddedErrors(value, schema, at);
  if (unfit.length > 0) return [...errors, ...unfit];
  for (const error of schemaErrors(value, schema)) {
    errors.push({ ...error, path: placed(at, error.path) });
  }
  return errors;
}

/** Upstream tells the path within the default, and the root as `<nil>` or nothing. */
function placed(at: string, field: string): string {
  return field === '' || field === '<nil>' ? at : `${at}.${field}`;
}

const selectableMax = 8;
const selectableTypes = ['string', 'boolean', 'integer'];

/** What is wrong with the fields by which objects may be selected. */
export function selectableErrors(
  fields: readonly SelectableField[],
  schema: JSONSchemaProps,
  path: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { jsonPath = '' }] of fields.entries()) {
    const at = `${path}[${index}].jsonPath`;
    if (jsonPath === '') {
      errors.push(required(at));
      continue;
    }
    const found = schemaAtFieldPath(jsonPath, schema, { allowsBrackets: false });
    if (typeof found === 'string') {
      errors.push(invalid(at, jsonPath, `is an invalid path: ${found}`));
      continue;
    }
    if (!selectableTypes.includes(found.type ?? '')) {
      const text =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
      errors.push(invalid(at, jsonPath, text));
    }
    if (seen.has(jsonPath)) errors.push(duplicate(at, jsonPath));
    seen.add(jsonPath);
  }
  if (seen.size > selectableMax) {
    errors.push(tooMany(path, seen.size, selectableMax));
  }
  return errors;
}
