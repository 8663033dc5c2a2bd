/**
 * A JSON schema as the internal struct marshals: how errors of definitions show it.
 * @upstream apiextensions-apiserver/pkg/apis/apiextensions/types_jsonschema.go JSONSchemaProps
 */
import { sortedValue } from '../../api/encode.js';
import { isRecord } from '../../api/equality.js';
import { wasSentEmpty } from '../../api/go-struct.js';
import { compareText } from '../../api/go-text.js';
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';

type FieldName = Extract<keyof JSONSchemaProps, string>;
/** How a value is shown; it is never undefined or null. */
type Show = (value: unknown) => unknown;

interface InternalField {
  readonly goName: string;
  readonly name: FieldName;
  /** What stands there when nothing is set. */
  readonly zero: '' | false | null;
  readonly show: Show;
  /** What stands there when it was sent empty. */
  readonly empty: unknown;
}

const asIs: Show = value => value;
const schemaOf: Show = value => goSchema(value as JSONSchemaProps);
const listOf: Show = value => (Array.isArray(value) ? value.map(schemaOf) : null);
const mapOf =
  (show: Show): Show =>
  value =>
    Object.fromEntries(
      Object.entries(value as object)
        .toSorted(([left], [right]) => compareText(left, right))
        .map(([name, item]: [string, unknown]) => [name, show(item)]),
    );
const orBool: Show = value =>
  isRecord(value)
    ? { Allows: true, Schema: schemaOf(value) }
    : { Allows: value === true, Schema: null };
const orList: Show = value =>
  Array.isArray(value)
    ? { Schema: null, JSONSchemas: listOf(value) }
    : { Schema: schemaOf(value), JSONSchemas: null };
const orNames: Show = value =>
  Array.isArray(value)
    ? { Schema: null, Property: value }
    : { Schema: schemaOf(value), Property: null };
const docs: Show = value => {
  const { description = '', url = '' } = value as NonNullable<JSONSchemaProps['externalDocs']>;
  return { Description: description, URL: url };
};
const rulesOf: Show = value =>
  (value as NonNullable<JSONSchemaProps['x-kubernetes-validations']>).map(
    ({ rule = '', message = '', messageExpression = '', ...rest }) => ({
      Rule: rule,
      Message: message,
      MessageExpression: messageExpression,
      Reason: rest.reason ?? null,
      FieldPath: rest.fieldPath ?? '',
      OptionalOldSelf: rest.optionalOldSelf ?? null,
    }),
  );

function field(
  goName: string,
  name: FieldName,
  zero: InternalField['zero'] = null,
  show: Show = asIs,
): InternalField {
  return { goName, name, zero, show, empty: show === asIs || show === listOf ? [] : {} };
}

/** In the order of the internal struct, which is another than that of the version. */
const fields: readonly InternalField[] = [
  field('ID', 'id', ''),
  field('Schema', '$schema', ''),
  field('Ref', '$ref'),
  field('Description', 'description', ''),
  field('Type', 'type', ''),
  field('Nullable', 'nullable', false),
  field('Format', 'format', ''),
  field('Title', 'title', ''),
  field('Default', 'default', null, sortedValue),
  field('Maximum', 'maximum'),
  field('ExclusiveMaximum', 'exclusiveMaximum', false),
  field('Minimum', 'minimum'),
  field('ExclusiveMinimum', 'exclusiveMinimum', false),
  field('MaxLength', 'maxLength'),
  field('MinLength', 'minLength'),
  field('Pattern', 'pattern', ''),
  field('MaxItems', 'maxItems'),
  field('MinItems', 'minItems'),
  field('UniqueItems', 'uniqueItems', false),
  field('MultipleOf', 'multipleOf'),
  { ...field('Enum', 'enum', null, sortedValue), empty: [] },
  field('MaxProperties', 'maxProperties'),
  field('MinProperties', 'minProperties'),
  field('Required', 'required'),
  field('Items', 'items', null, orList),
  field('AllOf', 'allOf', null, listOf),
  field('OneOf', 'oneOf', null, listOf),
  field('AnyOf', 'anyOf', null, listOf),
  field('Not', 'not', null, schemaOf),
  field('Properties', 'properties', null, mapOf(schemaOf)),
  field('AdditionalProperties', 'additionalProperties', null, orBool),
  field('PatternProperties', 'patternProperties', null, mapOf(schemaOf)),
  field('Dependencies', 'dependencies', null, mapOf(orNames)),
  field('AdditionalItems', 'additionalItems', null, orBool),
  field('Definitions', 'definitions', null, mapOf(schemaOf)),
  field('ExternalDocs', 'externalDocs', null, docs),
  field('Example', 'example', null, sortedValue),
  field('XPreserveUnknownFields', 'x-kubernetes-preserve-unknown-fields'),
  field('XEmbeddedResource', 'x-kubernetes-embedded-resource', false),
  field('XIntOrString', 'x-kubernetes-int-or-string', false),
  field('XListMapKeys', 'x-kubernetes-list-map-keys'),
  field('XListType', 'x-kubernetes-list-type'),
  field('XMapType', 'x-kubernetes-map-type'),
  { ...field('XValidations', 'x-kubernetes-validations', null, rulesOf), empty: [] },
];

/** The schema with all fields of the internal struct. */
export function goSchema(schema: JSONSchemaProps): Readonly<Record<string, unknown>> {
  return Object.fromEntries(fields.map(one => [one.goName, shown(schema, one)]));
}

/** The Go names of the fields that hold something, in Go's order: `[]` is something, and nil is nothing. */
export function setFields(schema: JSONSchemaProps): readonly string[] {
  return fields.filter(one => shown(schema, one) !== one.zero).map(({ goName }) => goName);
}

function shown(schema: JSONSchemaProps, { name, zero, show, empty }: InternalField): unknown {
  const value: unknown = schema[name];
  if (value !== undefined && value !== null) return show(value);
  return wasSentEmpty(schema, name) ? empty : zero;
}
