/** Rules for schemas of custom resources, but for what CEL makes of expressions. @upstream apiextensions-apiserver/pkg/apis/apiextensions/validation ValidateCustomResourceDefinitionOpenAPISchema */
import type { JSONSchemaProps, ValidationRule } from '../../../api/kinds/apiextensions.js';
import { compareText } from '../../../api/go-text.js';
import { forbidden, invalid, notSupported, required } from '../field-error.js';
import type { Errors } from './checks.js';
import { checkSchemaDefaults } from './schema-defaults.js';
import { checkStructure, itemSchema, memberSchema, propertiesOf } from './schema-structure.js';

type Schema = JSONSchemaProps;

/** The schema of a version, or of all. */
export function checkSchema(
  schema: Schema,
  hasStatus: boolean,
  path: string,
  errors: Errors,
): void {
  if (hasStatus && schema.type !== 'object') {
    const text =
      'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    errors.push(invalid(`${path}.type`, schema.type ?? '', text));
  }
  if (schema.nullable === true) {
    errors.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
  }
  if (!hasUnsupported(schema)) {
    const found: Errors = [];
    checkStructure(schema, path, found);
    if (found.length === 0) checkSchemaDefaults(schema, path, found);
    errors.push(...found);
  }
  checkRules(schema, path, errors, { isRoot: true, isInMeta: false });
}

/** What can't be read as a structural schema at all. */
function hasUnsupported(schema: Schema): boolean {
  const isOdd =
    Boolean(schema.id) ||
    schema.$ref !== undefined ||
    schema.additionalItems !== undefined ||
    schema.patternProperties !== undefined ||
    schema.definitions !== undefined ||
    schema.dependencies !== undefined ||
    Array.isArray(schema.items);
  if (isOdd) return true;
  const { allOf = [], anyOf = [], oneOf = [], not } = schema;
  const below = [
    itemSchema(schema),
    memberSchema(schema),
    not,
    ...propertiesOf(schema).map(([, property]) => property),
    ...allOf,
    ...anyOf,
    ...oneOf,
  ];
  return below.some(each => each !== undefined && hasUnsupported(each));
}

interface Place {
  readonly isRoot: boolean;
  readonly isInMeta: boolean;
  /** Why defaults may not stand here. */
  readonly noDefaults?: string;
}

function checkRules(schema: Schema, path: string, errors: Errors, place: Place): void {
  checkForm(schema, path, errors, place);
  if (schema.uniqueItems === true) {
    const text = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(forbidden(`${path}.uniqueItems`, text));
  }
  checkBelow(schema, path, errors, { ...place, isRoot: false }, place.isRoot);
  checkListsAndMaps(schema, path, errors);
  checkKeys(schema, path, errors);
  for (const [index, rule] of (schema['x-kubernetes-validations'] ?? []).entries()) {
    checkRule(rule, `${path}.x-kubernetes-validations[${index}]`, errors);
  }
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const unsupported = [
  'additionalItems',
  'patternProperties',
  'definitions',
  'dependencies',
] as const;

function checkForm(schema: Schema, path: string, errors: Errors, place: Place): void {
  const { type = '' } = schema;
  if (type !== '' && !types.includes(type)) errors.push(notSupported(`${path}.type`, type, types));
  if ((schema.default ?? undefined) !== undefined && place.noDefaults !== undefined) {
    errors.push(forbidden(`${path}.default`, `must not be set ${place.noDefaults}`));
  }
  if (schema.id) errors.push(forbidden(`${path}.id`, 'id is not supported'));
  for (const field of unsupported) {
    if (schema[field] === undefined) continue;
    errors.push(forbidden(`${path}.${field}`, `${field} is not supported`));
  }
  if (schema.$ref !== undefined) errors.push(forbidden(`${path}.$ref`, '$ref is not supported'));
  if (type === 'null') {
    const text = 'type cannot be set to null, use nullable as an alternative';
    errors.push(forbidden(`${path}.type`, text));
  }
  if (Array.isArray(schema.items) && schema.items.length > 0) {
    errors.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'));
  }
  if (place.isInMeta && schema['x-kubernetes-embedded-resource'] === true) {
    const text = 'must not be used inside of resource meta';
    errors.push(forbidden(`${path}.x-kubernetes-embedded-resource`, text));
  }
}

const metaFields = new Set(['metadata', 'kind', 'apiVersion']);

function checkBelow(
  schema: Schema,
  path: string,
  errors: Errors,
  place: Place,
  isRoot: boolean,
): void {
  const rest = schema.additionalProperties;
  const properties = propertiesOf(schema);
  if (rest !== undefined && properties.length > 0 && rest !== true) {
    const text = 'additionalProperties and properties are mutual exclusive';
    errors.push(forbidden(`${path}.additionalProperties`, text));
  }
  const members = memberSchema(schema);
  if (members !== undefined) {
    const noDefaults = 'inside additionalProperties applying to object metadata';
    const below = place.isInMeta ? { ...place, noDefaults } : place;
    checkRules(members, `${path}.additionalProperties`, errors, below);
  }
  const isObject = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  for (const [name, property] of properties) {
    let below = place;
    if (isObject && metaFields.has(name)) {
      below = { ...place, isInMeta: true };
      if (isRoot) below = { ...below, noDefaults: `in top-level ${name}` };
    }
    checkRules(property, `${path}.properties[${name}]`, errors, below);
  }
  if (schema.not !== undefined) checkRules(schema.not, `${path}.not`, errors, place);
  for (const field of ['allOf', 'oneOf', 'anyOf'] as const) {
    for (const [index, each] of (schema[field] ?? []).entries()) {
      checkRules(each, `${path}.${field}[${index}]`, errors, place);
    }
  }
  const definitions = Object.entries(schema.definitions ?? {});
  for (const [name, each] of definitions.sort(([left], [right]) => compareText(left, right))) {
    checkRules(each, `${path}.definitions[${name}]`, errors, place);
  }
  const items = itemSchema(schema);
  if (items !== undefined) checkRules(items, `${path}.items`, errors, place);
}

const listTypes = ['atomic', 'set', 'map'];
const mapTypes = ['atomic', 'granular'];

function checkListsAndMaps(schema: Schema, path: string, errors: Errors): void {
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    const text = 'must be true or undefined';
    errors.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, text));
  }
  const [mapType, listType] = [schema['x-kubernetes-map-type'], schema['x-kubernetes-list-type']];
  if (mapType !== undefined) checkOf(schema, 'object', 'x-kubernetes-map-type', path, errors);
  if (mapType !== undefined && !mapTypes.includes(mapType)) {
    errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, mapTypes));
  }
  if (listType === undefined) return;
  if (!checkOf(schema, 'array', 'x-kubernetes-list-type', path, errors) && listType === 'set') {
    checkSetItems(itemSchema(schema), `${path}.items`, errors);
  }
  if (!listTypes.includes(listType)) {
    errors.push(notSupported(`${path}.x-kubernetes-list-type`, listType, listTypes));
  }
}

function checkOf(
  { type = '' }: Schema,
  wanted: string,
  field: string,
  path: string,
  errors: Errors,
): boolean {
  if (type === wanted) return false;
  const text = `must be ${wanted} if ${field} is specified`;
  errors.push(type === '' ? required(`${path}.type`, text) : invalid(`${path}.type`, type, text));
  return true;
}

function checkSetItems(items: Schema | undefined, path: string, errors: Errors): void {
  if (items === undefined) return;
  const [listType, mapType] = [items['x-kubernetes-list-type'], items['x-kubernetes-map-type']];
  const text = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic') {
    errors.push(invalid(`${path}.x-kubernetes-list-type`, listType, text));
  }
  // Upstream shows the type of the list here too.
  if (items.type === 'object' && mapType !== 'atomic') {
    errors.push(invalid(`${path}.x-kubernetes-map-type`, listType ?? null, text));
  }
}

function checkKeys(schema: Schema, path: string, errors: Errors): void {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const at = `${path}.x-kubernetes-list-type`;
  const mustBeMap = 'must be map if x-kubernetes-list-map-keys is non-empty';
  if (keys.length > 0 && listType === undefined) errors.push(required(at, mustBeMap));
  else if (keys.length > 0 && listType !== 'map') errors.push(invalid(at, listType, mustBeMap));
  if (listType === 'map') checkMapList(schema, keys, path, errors);
  if (listType === 'map' || listType === 'set') checkItemKeys(schema, listType, keys, path, errors);
}

function checkMapList(schema: Schema, keys: readonly string[], path: string, errors: Errors): void {
  const keysPath = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) {
    errors.push(required(keysPath, 'must not be empty if x-kubernetes-list-type is map'));
  }
  const items = itemSchema(schema);
  if (items === undefined) {
    const text = 'must have a schema if x-kubernetes-list-type is map';
    errors.push(required(`${path}.items`, text));
    return;
  }
  if (items.type !== 'object') {
    const text = "must be object if parent array's x-kubernetes-list-type is map";
    errors.push(invalid(`${path}.items.type`, items.type ?? '', text));
    return;
  }
  const known = new Set<string>();
  for (const key of keys) {
    const property = items.properties?.[key];
    if (property === undefined) {
      errors.push(invalid(keysPath, keys, 'entries must all be names of item properties'));
    } else if (property.type === 'array' || property.type === 'object') {
      const text = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      errors.push(invalid(`${path}.items.properties[${key}].type`, items.type, text));
    }
    if (known.has(key)) errors.push(invalid(keysPath, keys, 'must not contain duplicate entries'));
    known.add(key);
  }
}

function checkItemKeys(
  schema: Schema,
  listType: string,
  keys: readonly string[],
  path: string,
  errors: Errors,
): void {
  const items = itemSchema(schema);
  if (items === undefined) return;
  if (items.nullable === true) {
    const text = `cannot be nullable when x-kubernetes-list-type is ${listType}`;
    errors.push(forbidden(`${path}.items.nullable`, text));
  }
  if (listType !== 'map') return;
  for (const key of keys) {
    const property = items.properties?.[key];
    if (property === undefined) continue;
    const at = `${path}.items.properties[${key}]`;
    const isThere = items.required?.includes(key) === true || (property.default ?? null) !== null;
    const what = 'this property is in x-kubernetes-list-map-keys, so it';
    if (!isThere) {
      errors.push(
        required(`${at}.default`, `${what} must have a default or be a required property`),
      );
    }
    if (property.nullable === true) {
      errors.push(forbidden(`${at}.nullable`, `${what} cannot be nullable`));
    }
  }
}

const reasons = [
  'FieldValueDuplicate',
  'FieldValueForbidden',
  'FieldValueInvalid',
  'FieldValueRequired',
];

function checkRule(rule: ValidationRule, path: string, errors: Errors): void {
  const { message = '', messageExpression = '', reason, fieldPath = '' } = rule;
  const text = (rule.rule ?? '').trim();
  const isBroken = (value: string) => /[\n\r]/.test(value);
  const needed = 'must be non-empty if specified';
  if (text === '') errors.push(required(`${path}.rule`, 'rule is not specified'));
  else if (message !== '' && message.trim() === '') {
    errors.push(invalid(`${path}.message`, message, needed));
  } else if (isBroken(message.trim())) {
    errors.push(invalid(`${path}.message`, message, 'must not contain line breaks'));
  } else if (isBroken(text) && message.trim() === '') {
    const words = 'message must be specified if rule contains line breaks';
    errors.push(required(`${path}.message`, words));
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    const words = 'messageExpression must be non-empty if specified';
    errors.push(required(`${path}.messageExpression`, words));
  }
  if (reason !== undefined && !reasons.includes(reason)) {
    errors.push(notSupported(`${path}.reason`, reason, reasons));
  }
  if (fieldPath !== '' && fieldPath.trim() === '') {
    errors.push(invalid(`${path}.fieldPath`, fieldPath, needed));
  }
  if (isBroken(fieldPath)) {
    errors.push(invalid(`${path}.fieldPath`, fieldPath, 'must not contain line breaks'));
  }
}
