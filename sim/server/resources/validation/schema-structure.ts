/** Schemas of custom resources have to be structural. @upstream apiextensions-apiserver/pkg/apiserver/schema/validation.go */
import type { JSONSchemaProps } from '../../../api/kinds/apiextensions.js';
import { deepEqual } from '../../../api/equality.js';
import { compareText } from '../../../api/go-text.js';
import { forbidden, invalid, printedError, required } from '../field-error.js';
import type { Errors } from './checks.js';

type Schema = JSONSchemaProps;
type Level = 'root' | 'item' | 'field';

/** The schema of the items, unless there is one to each item. */
export function itemSchema({ items }: Schema): Schema | undefined {
  return items === undefined || Array.isArray(items) ? undefined : (items as Schema);
}

/** The schema of all members that are not named. */
export function memberSchema({ additionalProperties: rest }: Schema): Schema | undefined {
  return typeof rest === 'object' ? rest : undefined;
}

/** The schemas of the named members, in order. */
export function propertiesOf({ properties }: Schema): readonly (readonly [string, Schema])[] {
  return Object.entries(properties ?? {}).sort(([left], [right]) => compareText(left, right));
}

/** What keeps a schema from being structural, in the order of the messages. */
export function checkStructure(schema: Schema, path: string, errors: Errors): void {
  const found: Errors = [];
  checkInvariants(schema, 'root', path, found);
  checkComplete(schema, schema, path, path, found);
  found.sort((left, right) => compareText(printedError(left), printedError(right)));
  errors.push(...found);
}

const levelTexts = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function checkInvariants(schema: Schema, level: Level, path: string, errors: Errors): void {
  const { type = '', additionalProperties: rest, properties = {} } = schema;
  const items = itemSchema(schema);
  if (type === 'array' && items === undefined) {
    errors.push(required(`${path}.items`, 'must be specified'));
  }
  if (items !== undefined) checkInvariants(items, 'item', `${path}.items`, errors);
  for (const [name, property] of propertiesOf(schema)) {
    checkInvariants(property, 'field', `${path}.properties[${name}]`, errors);
  }
  const members = memberSchema(schema);
  if (rest !== undefined && level === 'root') {
    errors.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
  }
  if (members !== undefined) {
    checkInvariants(members, 'field', `${path}.additionalProperties`, errors);
  }
  checkExtensions(schema, path, errors);
  checkValues(schema, hasBothTypes(schema), hasBothTypes(schema.allOf?.[0]), path, errors);
  checkType(schema, level, path, errors);
  const isObject = level === 'root' || schema['x-kubernetes-embedded-resource'] === true;
  for (const name of ['kind', 'apiVersion']) {
    const property = properties[name];
    if (!isObject || property === undefined || property.type === 'string') continue;
    const at = `${path}.properties[${name}].type`;
    errors.push(invalid(at, property.type ?? '', 'must be string'));
  }
  const { metadata } = properties;
  if (metadata !== undefined) {
    checkMetadata(metadata, isObject, level, `${path}.properties[metadata]`, errors);
  }
  checkEmbedded(schema, path, errors);
}

function checkType(schema: Schema, level: Level, path: string, errors: Errors): void {
  const { type = '' } = schema;
  const at = `${path}.type`;
  const isFree =
    schema['x-kubernetes-int-or-string'] === true ||
    schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema['x-kubernetes-embedded-resource'] === true && type !== 'object') {
    const text = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(type === '' ? required(at, text) : invalid(at, type, text));
  } else if (type === '' && !isFree) errors.push(required(at, levelTexts[level]));
  if (level === 'root' && type !== '' && type !== 'object') {
    errors.push(invalid(at, type, 'must be object at the root'));
  }
}

function checkEmbedded(schema: Schema, path: string, errors: Errors): void {
  if (schema['x-kubernetes-embedded-resource'] !== true) return;
  if (schema.additionalProperties !== undefined) {
    const text = 'must not be used if x-kubernetes-embedded-resource is set';
    errors.push(forbidden(`${path}.additionalProperties`, text));
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return;
  if (Object.keys(schema.properties ?? {}).length > 0) return;
  const text =
    'must not be empty if x-kubernetes-embedded-resource is true without ' +
    'x-kubernetes-preserve-unknown-fields';
  errors.push(required(`${path}.properties`, text));
}

function checkMetadata(
  schema: Schema,
  isObject: boolean,
  level: Level,
  path: string,
  errors: Errors,
): void {
  if (isObject && schema.type !== 'object') {
    errors.push(invalid(`${path}.type`, schema.type ?? '', 'must be object'));
  }
  if (level !== 'root') return;
  const { type: _type, default: _default, properties = {}, ...others } = schema;
  const names = Object.keys(properties);
  const isNamesOnly = names.every(name => name === 'name' || name === 'generateName');
  if (isNamesOnly && Object.keys(others).length === 0) return;
  const text =
    'must not specify anything other than name and generateName, but metadata is implicitly specified';
  errors.push(forbidden(path, text));
}

function checkExtensions(schema: Schema, path: string, errors: Errors): void {
  if (schema['x-kubernetes-int-or-string'] !== true) return;
  for (const field of [
    'x-kubernetes-preserve-unknown-fields',
    'x-kubernetes-embedded-resource',
  ] as const) {
    if (schema[field] !== true) continue;
    const text = 'must be false if x-kubernetes-int-or-string is true';
    errors.push(invalid(`${path}.${field}`, true, text));
  }
}

const bothTypes = [{ type: 'integer' }, { type: 'string' }];

/** The one use of types within alternatives that is allowed: a number or a text. */
function hasBothTypes(schema: Schema | undefined): boolean {
  return schema?.anyOf !== undefined && deepEqual(schema.anyOf, bothTypes);
}

function checkValues(
  schema: Schema,
  skipsAny: boolean,
  skipsFirstAll: boolean,
  path: string,
  errors: Errors,
): void {
  const { anyOf = [], allOf = [], oneOf = [], not, pattern } = schema;
  if (!skipsAny) {
    for (const [index, each] of anyOf.entries()) {
      checkNested(each, false, `${path}.anyOf[${index}]`, errors);
    }
  }
  for (const [index, each] of allOf.entries()) {
    checkNested(each, skipsFirstAll && index === 0, `${path}.allOf[${index}]`, errors);
  }
  for (const [index, each] of oneOf.entries()) {
    checkNested(each, false, `${path}.oneOf[${index}]`, errors);
  }
  if (not !== undefined) checkNested(not, false, `${path}.not`, errors);
  if (!pattern || isPattern(pattern)) return;
  const text = "must be a valid regular expression, but isn't: error parsing regexp";
  errors.push(invalid(`${path}.pattern`, pattern, text));
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    // Not every pattern of Go is one here: what only Go knows is let pass.
    return /\(\?[a-zA-Z]|\\[pPzAQ]|\[\[:/.test(pattern);
  }
}

type Told = readonly [field: keyof Schema, text: string];

const afterMembers: readonly Told[] = [
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

function checkNested(schema: Schema, skipsAny: boolean, path: string, errors: Errors): void {
  checkValues(schema, skipsAny, false, path, errors);
  const items = itemSchema(schema);
  if (items !== undefined) checkNested(items, false, `${path}.items`, errors);
  for (const [name, property] of propertiesOf(schema)) {
    checkNested(property, false, `${path}.properties[${name}]`, errors);
  }
  if (schema.type) errors.push(forbidden(`${path}.type`, 'must be empty to be structural'));
  if (schema.additionalProperties !== undefined) {
    const text = 'must be undefined to be structural';
    errors.push(forbidden(`${path}.additionalProperties`, text));
  }
  for (const [field, text] of afterMembers) {
    const value = schema[field];
    const isSet = field === 'default' ? (value ?? undefined) !== undefined : Boolean(value);
    if (isSet) errors.push(forbidden(`${path}.${field}`, text));
  }
  if (schema.properties?.['metadata'] === undefined) return;
  const text = 'must not be specified in a nested context';
  errors.push(forbidden(`${path}.properties[metadata]`, text));
}

/** What alternatives speak of has to be there outside of them too. */
function checkComplete(
  within: Schema,
  schema: Schema,
  path: string,
  at: string,
  errors: Errors,
): void {
  const { not, allOf = [], anyOf = [], oneOf = [] } = within;
  if (not !== undefined) checkPart(not, schema, path, `${at}.not`, errors);
  for (const [name, list] of [
    ['allOf', allOf],
    ['anyOf', anyOf],
    ['oneOf', oneOf],
  ] as const) {
    for (const [index, each] of list.entries()) {
      checkPart(each, schema, path, `${at}.${name}[${index}]`, errors);
    }
  }
}

function checkPart(
  part: Schema,
  schema: Schema | undefined,
  path: string,
  at: string,
  errors: Errors,
): void {
  if (schema === undefined) {
    errors.push(required(path, `because it is defined in ${at}`));
    return;
  }
  checkComplete(part, schema, path, at, errors);
  const items = itemSchema(part);
  if (items !== undefined) {
    checkPart(items, itemSchema(schema), `${path}.items`, `${at}.items`, errors);
  }
  for (const [name, property] of propertiesOf(part)) {
    const [there, here] = [`${path}.properties[${name}]`, `${at}.properties[${name}]`];
    checkPart(property, schema.properties?.[name], there, here, errors);
  }
}
