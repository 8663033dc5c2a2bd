/**
 * Whether a schema is structural: types where values are, and no structure within allOf and its like.
 * @upstream apiextensions-apiserver/pkg/apiserver/schema/validation.go, complete.go
 */
import { deepEqual } from '../../api/equality.js';
import { forbidden, invalid, required, type FieldError } from '../../api/field-error.js';
import { compareText } from '../../api/go-text.js';
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';
import { itemsOf, membersOf } from '../../api/json-schema.js';
import { patternProblem } from './values.js';

type Level = 'root' | 'item' | 'field';

/** Where errors are collected. */
type Errors = FieldError[];

/** What keeps the schema from being structural, sorted. */
export function structuralErrors(schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const errors: Errors = [];
  checkInvariants(schema, 'root', path, errors);
  checkComplete(schema, { schema, at: path, within: path }, errors);
  return errors.sort((a, b) => compareText(`${a.path}: ${a.text}`, `${b.path}: ${b.text}`));
}

/** The properties by their names, sorted. */
export function propertiesOf({
  properties,
}: JSONSchemaProps): readonly (readonly [string, JSONSchemaProps])[] {
  return Object.entries(properties ?? {}).sort(([a], [b]) => compareText(a, b));
}

const typeTexts: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function checkInvariants(
  schema: JSONSchemaProps,
  level: Level,
  path: string,
  errors: Errors,
): void {
  const { type = '', additionalProperties } = schema;
  const items = itemsOf(schema);
  if (type === 'array' && schema.items === undefined) {
    errors.push(required(`${path}.items`, 'must be specified'));
  }
  if (items !== undefined) checkInvariants(items, 'item', `${path}.items`, errors);
  for (const [name, property] of propertiesOf(schema)) {
    checkInvariants(property, 'field', `${path}.properties[${name}]`, errors);
  }
  if (additionalProperties !== undefined) {
    if (level === 'root') {
      errors.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
    }
    const members = membersOf(schema);
    if (members !== undefined) {
      checkInvariants(members, 'field', `${path}.additionalProperties`, errors);
    }
  }
  checkExtensions(schema, path, errors);
  checkValues(schema, { level, path, skips: skipsOf(schema) }, errors);
  checkType(schema, level, path, errors);
  checkMeta(schema, level, path, errors);
}

function checkExtensions(schema: JSONSchemaProps, path: string, errors: Errors): void {
  if (schema['x-kubernetes-int-or-string'] !== true) return;
  const text = 'must be false if x-kubernetes-int-or-string is true';
  for (const name of [
    'x-kubernetes-preserve-unknown-fields',
    'x-kubernetes-embedded-resource',
  ] as const) {
    if (schema[name] === true) errors.push(invalid(`${path}.${name}`, true, text));
  }
}

function checkType(schema: JSONSchemaProps, level: Level, path: string, errors: Errors): void {
  const { type = '', additionalProperties } = schema;
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  const isFree =
    schema['x-kubernetes-int-or-string'] === true ||
    schema['x-kubernetes-preserve-unknown-fields'] === true;
  const text = 'must be object if x-kubernetes-embedded-resource is true';
  if (isEmbedded && type !== 'object') {
    const at = `${path}.type`;
    errors.push(type === '' ? required(at, text) : invalid(at, type, text));
  } else if (type === '' && !isFree) errors.push(required(`${path}.type`, typeTexts[level]));
  if (isEmbedded && additionalProperties !== undefined) {
    const used = 'must not be used if x-kubernetes-embedded-resource is set';
    errors.push(forbidden(`${path}.additionalProperties`, used));
  }
  if (level === 'root' && type !== '' && type !== 'object') {
    errors.push(invalid(`${path}.type`, type, 'must be object at the root'));
  }
}

function checkMeta(schema: JSONSchemaProps, level: Level, path: string, errors: Errors): void {
  const { properties = {} } = schema;
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  const isObject = level === 'root' || isEmbedded;
  for (const name of ['kind', 'apiVersion']) {
    const property = properties[name];
    if (!isObject || property === undefined || property.type === 'string') continue;
    const at = `${path}.properties[${name}].type`;
    errors.push(invalid(at, property.type ?? '', 'must be string'));
  }
  const { metadata } = properties;
  if (metadata !== undefined) {
    const at = `${path}.properties[metadata]`;
    if (isObject && metadata.type !== 'object') {
      errors.push(invalid(`${at}.type`, metadata.type ?? '', 'must be object'));
    }
    if (level === 'root' && saysMore(metadata)) {
      const text =
        'must not specify anything other than name and generateName, but metadata is implicitly specified';
      errors.push(forbidden(at, text));
    }
  }
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (isEmbedded && !isOpen && Object.keys(properties).length === 0) {
    const text =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    errors.push(required(`${path}.properties`, text));
  }
}

const nameFields = new Set(['name', 'generateName']);

function saysMore({ type: _type, default: _default, properties, ...rest }: JSONSchemaProps) {
  const names = Object.keys(properties ?? {});
  if (names.some(name => !nameFields.has(name))) return true;
  return Object.values(rest).some(isFilled);
}

function isFilled(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== '' && value !== false;
}

const intOrString = [{ type: 'integer' }, { type: 'string' }];

/** The one form in which types may stand within: integers or strings. */
interface Skips {
  readonly anyOf: boolean;
  readonly firstAllOf: boolean;
}

const skipsNothing: Skips = { anyOf: false, firstAllOf: false };

function skipsOf({ anyOf, allOf }: JSONSchemaProps): Skips {
  return {
    anyOf: deepEqual(anyOf, intOrString),
    firstAllOf: deepEqual(allOf?.[0]?.anyOf, intOrString),
  };
}

interface Place {
  readonly level: Level;
  readonly path: string;
  readonly skips: Skips;
}

function checkValues(schema: JSONSchemaProps, { level, path, skips }: Place, errors: Errors): void {
  const { anyOf = [], allOf = [], oneOf = [], not, pattern = '' } = schema;
  const within = (part: JSONSchemaProps, name: string, own = skipsNothing) => {
    checkNested(part, { level, path: `${path}.${name}`, skips: own }, errors);
  };
  if (!skips.anyOf) for (const [index, part] of anyOf.entries()) within(part, `anyOf[${index}]`);
  for (const [index, part] of allOf.entries()) {
    const skipsAny = skips.firstAllOf && index === 0;
    within(part, `allOf[${index}]`, { anyOf: skipsAny, firstAllOf: false });
  }
  for (const [index, part] of oneOf.entries()) within(part, `oneOf[${index}]`);
  if (not !== undefined) within(not, 'not');
  const problem = pattern === '' ? undefined : patternProblem(pattern);
  if (problem === undefined) return;
  const text = `must be a valid regular expression, but isn't: ${problem}`;
  errors.push(invalid(`${path}.pattern`, pattern, text));
}

const emptyText = 'must be empty to be structural';
const undefinedText = 'must be undefined to be structural';
const falseText = 'must be false to be structural';
const forbiddenWithin: readonly (readonly [keyof JSONSchemaProps, string])[] = [
  ['type', emptyText],
  ['additionalProperties', undefinedText],
  ['default', undefinedText],
  ['title', emptyText],
  ['description', emptyText],
  ['nullable', falseText],
  ['x-kubernetes-preserve-unknown-fields', falseText],
  ['x-kubernetes-embedded-resource', falseText],
  ['x-kubernetes-int-or-string', falseText],
  ['x-kubernetes-list-map-keys', emptyText],
  ['x-kubernetes-list-type', undefinedText],
  ['x-kubernetes-map-type', undefinedText],
  ['x-kubernetes-validations', emptyText],
];

function checkNested(schema: JSONSchemaProps, place: Place, errors: Errors): void {
  const { path, level } = place;
  checkValues(schema, place, errors);
  const items = itemsOf(schema);
  if (items !== undefined) {
    checkNested(items, { level, path: `${path}.items`, skips: skipsNothing }, errors);
  }
  for (const [name, property] of propertiesOf(schema)) {
    const at = `${path}.properties[${name}]`;
    checkNested(property, { level: 'field', path: at, skips: skipsNothing }, errors);
  }
  for (const [name, text] of forbiddenWithin) {
    if (isFilled(schema[name])) errors.push(forbidden(`${path}.${name}`, text));
  }
  if (schema.properties?.['metadata'] !== undefined) {
    const text = 'must not be specified in a nested context';
    errors.push(forbidden(`${path}.properties[metadata]`, text));
  }
}

interface Counterpart {
  /** The structure that a part of allOf and its like speaks of. */
  readonly schema: JSONSchemaProps | undefined;
  readonly at: string;
  readonly within: string;
}

/** What is said of a value must be said of one that the structure has. */
function checkComplete(
  part: JSONSchemaProps,
  { schema, at, within }: Counterpart,
  errors: Errors,
): void {
  const { not, allOf = [], anyOf = [], oneOf = [] } = part;
  const nested = (one: JSONSchemaProps, name: string) => {
    checkNestedComplete(one, { schema, at, within: `${within}.${name}` }, errors);
  };
  if (not !== undefined) nested(not, 'not');
  for (const [index, one] of allOf.entries()) nested(one, `allOf[${index}]`);
  for (const [index, one] of anyOf.entries()) nested(one, `anyOf[${index}]`);
  for (const [index, one] of oneOf.entries()) nested(one, `oneOf[${index}]`);
}

function checkNestedComplete(
  part: JSONSchemaProps,
  { schema, at, within }: Counterpart,
  errors: Errors,
): void {
  if (schema === undefined) {
    errors.push(required(at, `because it is defined in ${within}`));
    return;
  }
  checkComplete(part, { schema, at, within }, errors);
  const items = itemsOf(part);
  if (items !== undefined) {
    const below = { schema: itemsOf(schema), at: `${at}.items`, within: `${within}.items` };
    checkNestedComplete(items, below, errors);
  }
  for (const [name, property] of propertiesOf(part)) {
    const step = `.properties[${name}]`;
    const own = schema.properties?.[name];
    checkNestedComplete(property, { schema: own, at: at + step, within: within + step }, errors);
  }
}
