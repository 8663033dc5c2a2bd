/**
 * What the schema of a custom resource may say beside being structural.
 * @upstream apiextensions-apiserver/pkg/apis/apiextensions/validation ValidateCustomResourceDefinitionOpenAPISchema
 */
import { isRecord } from '../../api/equality.js';
import {
  forbidden,
  invalid,
  notSupported,
  required,
  type FieldError,
} from '../../api/field-error.js';
import type { JSONSchemaProps, ValidationRule } from '../../api/kinds/apiextensions.js';
import {
  RuleCosts,
  checkRules,
  itemRules,
  memberRules,
  propertyRules,
  rootRules,
  type RulePlace,
} from './rule-checks.js';
import { wasSentEmpty } from '../../api/go-struct.js';
import { schemaAtFieldPath } from './field-path.js';
import { itemsOf, membersOf } from '../../api/json-schema.js';
import { propertiesOf } from './structural.js';

type Errors = FieldError[];

/** What holds where a schema stands. */
interface Place {
  readonly path: string;
  readonly isRoot: boolean;
  readonly isInMeta: boolean;
  /** Why there may be no default. */
  readonly noDefault?: string;
  /** The nearest list or map whose items cannot be told apart, so that there is no oldSelf. */
  readonly uncorrelated?: string;
  /** How rules are seen here; absent where none are compiled. */
  readonly rules?: RulePlace | undefined;
}

/** What is wrong with the schema, which is known to be structural if `hasRules`. */
export function openApiErrors(
  schema: JSONSchemaProps,
  path: string,
  hasRules: boolean,
): readonly FieldError[] {
  const errors: Errors = [];
  const rules: Errors = [];
  const costs = new RuleCosts();
  const walk = new Walk(errors, rules, costs);
  const place = { path, isRoot: true, isInMeta: false };
  walk.check(schema, hasRules ? { ...place, rules: rootRules(schema) } : place);
  return [...errors, ...rules, ...costs.errors(path)];
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const metaFields = new Set(['metadata', 'kind', 'apiVersion']);
const unsupported = [
  'id',
  'additionalItems',
  'patternProperties',
  'definitions',
  'dependencies',
  '$ref',
] as const;

class Walk {
  constructor(
    private readonly errors: Errors,
    private readonly rules: Errors,
    private readonly costs: RuleCosts,
  ) {}

  check(schema: JSONSchemaProps, place: Place): void {
    const before = this.errors.length;
    const { path } = place;
    this.standard(schema, place);
    if (schema.uniqueItems === true) {
      const text =
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
      this.errors.push(forbidden(`${path}.uniqueItems`, text));
    }
    this.members(schema, place);
    for (const [name, property] of propertiesOf(schema)) {
      this.check(property, propertyPlace(schema, name, place));
    }
    const below = { ...place, isRoot: false, rules: undefined };
    if (schema.not !== undefined) this.check(schema.not, { ...below, path: `${path}.not` });
    for (const name of ['allOf', 'oneOf', 'anyOf'] as const) {
      for (const [index, part] of (schema[name] ?? []).entries()) {
        this.check(part, { ...below, path: `${path}.${name}[${index}]` });
      }
    }
    const items = itemsOf(schema);
    if (items !== undefined) {
      const isMap = schema['x-kubernetes-list-type'] === 'map';
      const at = { ...below, path: `${path}.items`, rules: itemRules(place.rules, schema, items) };
      const uncorrelated = place.uncorrelated ?? path;
      this.check(items, isMap ? at : Object.assign({}, at, { uncorrelated }));
    }
    checkExtensions(schema, path, this.errors);
    checkListMap(schema, path, this.errors);
    checkKeys(schema, path, this.errors);
    const rules = schema['x-kubernetes-validations'] ?? [];
    for (const [index, rule] of rules.entries()) {
      checkRule(rule, `${path}.x-kubernetes-validations[${index}]`, this.errors);
      checkFieldPath(rule, schema, `${path}.x-kubernetes-validations[${index}]`, this.errors);
    }
    if (place.rules === undefined || this.errors.length !== before || rules.length === 0) return;
    checkRules(schema, { ...place, rules: place.rules }, { errors: this.rules, costs: this.costs });
  }

  private standard(schema: JSONSchemaProps, { path, noDefault, isInMeta }: Place): void {
    const { type = '' } = schema;
    if (type !== '' && !types.includes(type)) {
      this.errors.push(notSupported(`${path}.type`, type, types));
    }
    if (schema.default !== undefined && noDefault !== undefined) {
      this.errors.push(forbidden(`${path}.default`, `must not be set ${noDefault}`));
    }
    for (const name of unsupported) {
      const value: unknown = schema[name];
      const isEmpty = isRecord(value) && Object.keys(value).length === 0;
      // Of the maps this alone is asked whether it is nil.
      const isSentEmpty = name === 'dependencies' && wasSentEmpty(schema, name);
      const isNothing = value === undefined || (value === '' && name !== '$ref') || isEmpty;
      if (isNothing && !isSentEmpty) continue;
      this.errors.push(forbidden(`${path}.${name}`, `${name} is not supported`));
    }
    if (type === 'null') {
      const text = 'type cannot be set to null, use nullable as an alternative';
      this.errors.push(forbidden(`${path}.type`, text));
    }
    if (Array.isArray(schema.items)) {
      const text = 'items must be a schema object and not an array';
      this.errors.push(forbidden(`${path}.items`, text));
    }
    if (isInMeta && schema['x-kubernetes-embedded-resource'] === true) {
      const text = 'must not be used inside of resource meta';
      this.errors.push(forbidden(`${path}.x-kubernetes-embedded-resource`, text));
    }
  }

  private members(schema: JSONSchemaProps, place: Place): void {
    const { additionalProperties, properties = {} } = schema;
    if (additionalProperties === undefined) return;
    const at = `${place.path}.additionalProperties`;
    if (Object.keys(properties).length > 0 && additionalProperties !== true) {
      const text = 'additionalProperties and properties are mutual exclusive';
      this.errors.push(forbidden(at, text));
    }
    const members = membersOf(schema);
    if (members === undefined) return;
    const noDefault = 'inside additionalProperties applying to object metadata';
    this.check(members, {
      ...place,
      path: at,
      isRoot: false,
      ...(place.isInMeta && { noDefault }),
      rules: memberRules(place.rules, schema, members),
    });
  }
}

function propertyPlace(schema: JSONSchemaProps, name: string, place: Place): Place {
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  const isMeta = (place.isRoot || isEmbedded) && metaFields.has(name);
  const isAtomic = schema['x-kubernetes-map-type'] === 'atomic';
  return {
    ...place,
    path: `${place.path}.properties[${name}]`,
    isRoot: false,
    isInMeta: place.isInMeta || isMeta,
    ...(isMeta && place.isRoot && { noDefault: `in top-level ${name}` }),
    ...(isAtomic && { uncorrelated: place.uncorrelated ?? place.path }),
    rules: propertyRules(place.rules, schema, name),
  };
}

function checkExtensions(schema: JSONSchemaProps, path: string, errors: Errors): void {
  const { type = '' } = schema;
  const mapType = schema['x-kubernetes-map-type'];
  const listType = schema['x-kubernetes-list-type'];
  const mustBe = (wanted: string, extension: string) => {
    const text = `must be ${wanted} if ${extension} is specified`;
    errors.push(type === '' ? required(`${path}.type`, text) : invalid(`${path}.type`, type, text));
  };
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    const at = `${path}.x-kubernetes-preserve-unknown-fields`;
    errors.push(invalid(at, false, 'must be true or undefined'));
  }
  if (mapType !== undefined && type !== 'object') mustBe('object', 'x-kubernetes-map-type');
  if (mapType !== undefined && mapType !== 'atomic' && mapType !== 'granular') {
    errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
  }
  if (listType !== undefined && type !== 'array') mustBe('array', 'x-kubernetes-list-type');
  else if (listType === 'set') checkSet(schema, path, errors);
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(listType)) {
    const at = `${path}.x-kubernetes-list-type`;
    errors.push(notSupported(at, listType, ['atomic', 'set', 'map']));
  }
}

function checkSet(schema: JSONSchemaProps, path: string, errors: Errors): void {
  const items = itemsOf(schema);
  if (items === undefined) return;
  const name =
    items.type === 'array'
      ? 'x-kubernetes-list-type'
      : items.type === 'object'
        ? 'x-kubernetes-map-type'
        : undefined;
  if (name === undefined) return;
  const value = items[name];
  if (value === 'atomic' || (name === 'x-kubernetes-list-type' && value === undefined)) return;
  const text = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  errors.push(invalid(`${path}.items.${name}`, items['x-kubernetes-list-type'] ?? null, text));
}

function checkListMap(schema: JSONSchemaProps, path: string, errors: Errors): void {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const listType = schema['x-kubernetes-list-type'];
  const typePath = `${path}.x-kubernetes-list-type`;
  const keysPath = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length > 0 && listType !== 'map') {
    const text = 'must be map if x-kubernetes-list-map-keys is non-empty';
    errors.push(
      listType === undefined ? required(typePath, text) : invalid(typePath, listType, text),
    );
  }
  if (listType !== 'map') return;
  if (keys.length === 0) {
    errors.push(required(keysPath, 'must not be empty if x-kubernetes-list-type is map'));
  }
  const items = itemsOf(schema);
  if (schema.items === undefined) {
    const text = 'must have a schema if x-kubernetes-list-type is map';
    errors.push(required(`${path}.items`, text));
  }
  if (items === undefined) return;
  if (items.type !== 'object') {
    const text = "must be object if parent array's x-kubernetes-list-type is map";
    errors.push(invalid(`${path}.items.type`, items.type ?? '', text));
    return;
  }
  for (const [index, key] of keys.entries()) {
    const property = items.properties?.[key];
    if (property === undefined) {
      errors.push(invalid(keysPath, keys, 'entries must all be names of item properties'));
    } else if (property.type === 'array' || property.type === 'object') {
      const text = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      errors.push(invalid(`${path}.items.properties[${key}].type`, items.type, text));
    }
    if (keys.indexOf(key) < index) {
      errors.push(invalid(keysPath, keys, 'must not contain duplicate entries'));
    }
  }
}

/** Items that are told apart by keys always have them. */
function checkKeys(schema: JSONSchemaProps, path: string, errors: Errors): void {
  const listType = schema['x-kubernetes-list-type'];
  const items = itemsOf(schema);
  if (items === undefined || (listType !== 'set' && listType !== 'map')) return;
  if (items.nullable === true) {
    const text = `cannot be nullable when x-kubernetes-list-type is ${listType}`;
    errors.push(forbidden(`${path}.items.nullable`, text));
  }
  if (listType !== 'map') return;
  for (const key of schema['x-kubernetes-list-map-keys'] ?? []) {
    const property = items.properties?.[key];
    if (property === undefined) continue;
    const at = `${path}.items.properties[${key}]`;
    const said = 'this property is in x-kubernetes-list-map-keys, so it';
    if (items.required?.includes(key) !== true && property.default === undefined) {
      errors.push(
        required(`${at}.default`, `${said} must have a default or be a required property`),
      );
    }
    if (property.nullable === true) {
      errors.push(forbidden(`${at}.nullable`, `${said} cannot be nullable`));
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
  const { rule: text = '', message = '', messageExpression = '', reason, fieldPath = '' } = rule;
  const hasLines = (value: string) => /[\n\r]/.test(value);
  if (text.trim() === '') errors.push(required(`${path}.rule`, 'rule is not specified'));
  else if (message !== '' && message.trim() === '') {
    errors.push(invalid(`${path}.message`, message, 'must be non-empty if specified'));
  } else if (hasLines(message.trim())) {
    errors.push(invalid(`${path}.message`, message, 'must not contain line breaks'));
  } else if (hasLines(text.trim()) && message.trim() === '') {
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
    errors.push(invalid(`${path}.fieldPath`, fieldPath, 'must be non-empty if specified'));
  }
  if (hasLines(fieldPath)) {
    errors.push(invalid(`${path}.fieldPath`, fieldPath, 'must not contain line breaks'));
  }
}

function checkFieldPath(
  { fieldPath = '' }: ValidationRule,
  schema: JSONSchemaProps,
  path: string,
  errors: Errors,
): void {
  if (fieldPath === '' || typeof schemaAtFieldPath(fieldPath, schema) !== 'string') return;
  errors.push(invalid(`${path}.fieldPath`, fieldPath, 'must be a valid path'));
}
