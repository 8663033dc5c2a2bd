/**
 * Validates values against structural schemas, in the words of kube-openapi.
 * @upstream k8s.io/kube-openapi/pkg/validation/validate, apiextensions-apiserver/pkg/apiserver/validation
 */
import { deepEqual, isRecord } from '../../api/equality.js';
import {
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
  type FieldError,
} from '../../api/field-error.js';
import { goNumber, goQuote } from '../../api/go-text.js';
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';
import { isKnownFormat, matchesFormat } from './formats.js';
import { Passed } from './passed.js';
import { itemsOf, membersOf } from '../../api/json-schema.js';
import { closest, empty, found, isValid, merge, said, type Result } from './schema-result.js';
import { isMultiple, matchesPattern } from './values.js';

/** The value before the update, where one corresponds. */
export interface Old {
  readonly value: unknown;
}

/** What is wrong with the value. `root` is put before the paths: `status` for the status alone. */
export function schemaErrors(
  value: unknown,
  schema: JSONSchemaProps,
  options: { readonly root?: string; readonly old?: Old } = {},
): readonly FieldError[] {
  const { root = '', old } = options;
  return validated(value, schema, '', old).findings.map(({ path, error }) =>
    error(path === undefined ? '<nil>' : joined(root, path)),
  );
}

function joined(root: string, path: string): string {
  const rest = path.startsWith('.') ? path.slice(1) : path;
  if (root === '') return rest === '' ? '<nil>' : rest;
  return rest === '' ? root : `${root}.${rest}`;
}

const passed = new Passed<number>();

/** What stayed as it was may stay wrong. */
function validated(
  value: unknown,
  schema: JSONSchemaProps,
  path: string,
  old: Old | undefined,
): Result {
  const before = passed.of(value, schema, path);
  if (before !== undefined) return { findings: [], matches: before };
  const result = validatedAnew(value, schema, path, old);
  const { findings, matches } = result;
  if (old === undefined) {
    if (findings.length === 0) passed.note(value, schema, { path, said: matches });
    return result;
  }
  const staysWrong = findings.length > 0 && deepEqual(value, old.value);
  return staysWrong ? { findings: [], matches } : result;
}

function validatedAnew(
  value: unknown,
  schema: JSONSchemaProps,
  path: string,
  old: Old | undefined,
): Result {
  const result = empty();
  merge(result, typeResult(value, schema, path));
  if (value === null || value === undefined) return merge(result, enumResult(value, schema, path));
  const checks: (Result | undefined)[] = [combinedResult(value, schema, path)];
  if (typeof value === 'string') {
    checks.push(stringResult(value, schema, path), formatResult(value, schema, path));
  }
  if (typeof value === 'number') checks.push(numberResult(value, schema, path));
  if (Array.isArray(value)) checks.push(listResult(value, schema, path, old));
  checks.push(enumResult(value, schema, path));
  if (isRecord(value)) checks.push(objectResult(value, schema, path, old));
  merge(result, ...checks);
  result.matches += checks.length + 1;
  return result;
}

function typesOf(schema: JSONSchemaProps): readonly string[] {
  if ((schema as Record<string, unknown>)['x-kubernetes-int-or-string'] === true) {
    return ['integer', 'string'];
  }
  return schema.type === undefined || schema.type === '' ? [] : [schema.type];
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'boolean';
    case 'number':
      return Number.isInteger(value) ? 'integer' : 'number';
    default:
      return 'object';
  }
}

function typeResult(value: unknown, schema: JSONSchemaProps, path: string): Result | undefined {
  const types = typesOf(schema);
  const format = formatOf(schema);
  if (types.length === 0 && format === '') return undefined;
  const wrong = (actual: string) =>
    found(path, at =>
      typeInvalid(
        at,
        actual,
        `${path} in body must be of type ${types.join(',')}: ${goQuote(actual)}`,
      ),
    );
  if (value === null || value === undefined) {
    return types.length > 0 && schema.nullable !== true
      ? wrong('null')
      : { findings: [], matches: 1 };
  }
  const isNumeric = types.includes('number') || types.includes('integer');
  if (!isNumeric && format !== '' && (typeof value === 'string' || Array.isArray(value))) {
    return { findings: [], matches: 1 };
  }
  const actual = jsonType(value);
  const fits = types.includes(actual) || (actual === 'integer' && types.includes('number'));
  return fits ? { findings: [], matches: 1 } : wrong(actual);
}

/** Formats that do not fit the type are as if not there. */
function formatOf(schema: JSONSchemaProps): string {
  const { format = '' } = schema;
  const types = typesOf(schema);
  const type = types.length === 1 ? types[0] : '';
  switch (type) {
    case '':
    case 'string':
      return isKnownFormat(format) ? format : '';
    case 'integer':
      return format === 'int32' || format === 'int64' ? format : '';
    case 'number':
      return format === 'float' || format === 'double' ? format : '';
    default:
      return '';
  }
}

function formatResult(value: string, schema: JSONSchemaProps, path: string): Result | undefined {
  const format = formatOf(schema);
  if (!isKnownFormat(format) || matchesFormat(format, value)) return undefined;
  return found(path, at =>
    typeInvalid(at, value, `${path} in body must be of type ${format}: ${goQuote(value)}`),
  );
}

function stringResult(value: string, schema: JSONSchemaProps, path: string): Result | undefined {
  const { maxLength, minLength, pattern = '' } = schema;
  const length = [...value].length;
  if (maxLength !== undefined && length > maxLength) {
    return found(path, at => tooLong(at, maxLength));
  }
  if (minLength !== undefined && length < minLength) {
    return said(path, value, `${path} in body should be at least ${minLength} chars long`);
  }
  if (pattern !== '' && !matchesPattern(pattern, value)) {
    return said(path, value, `${path} in body should match '${pattern}'`);
  }
  return undefined;
}

const int32Max = 2 ** 31;
const floatMax = 3.4028234663852886e38;

function numberResult(value: number, schema: JSONSchemaProps, path: string): Result {
  const { multipleOf, maximum, minimum, exclusiveMaximum, exclusiveMinimum } = schema;
  const result = empty();
  const format = formatOf(schema);
  const isFraction = typesOf(schema).join() === 'integer' && !Number.isInteger(value);
  const isTooBig =
    isFraction ||
    (format === 'int32' && (value >= int32Max || value < -int32Max)) ||
    (format === 'float' && Math.abs(value) > floatMax);
  if (isTooBig) {
    const type = typesOf(schema)[0] ?? '';
    const what = format === '' ? '(default format)' : `with format ${format}`;
    const text = `Checked value must be of type ${type} ${what} in ${path}`;
    result.findings.push({ path: undefined, error: at => invalid(at, '', text) });
  }
  const say = (text: string) =>
    merge(result, said(path, value, `${path} in body should be ${text}`));
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) {
    say(`a multiple of ${goNumber(multipleOf)}`);
  }
  const isWhole = Number.isInteger(value);
  const bound = (limit: number) => (isWhole ? Math.trunc(limit) : limit);
  if (minimum !== undefined) {
    const least = bound(minimum);
    const isLess = exclusiveMinimum === true ? value <= least : value < least;
    const words = exclusiveMinimum === true ? 'greater than' : 'greater than or equal to';
    if (isLess) say(`${words} ${goNumber(least)}`);
  }
  if (maximum !== undefined) {
    const most = bound(maximum);
    const isMore = exclusiveMaximum === true ? value >= most : value > most;
    const words = exclusiveMaximum === true ? 'less than' : 'less than or equal to';
    if (isMore) say(`${words} ${goNumber(most)}`);
  }
  return result;
}

function enumResult(value: unknown, schema: JSONSchemaProps, path: string): Result | undefined {
  const { enum: values } = schema as { readonly enum?: readonly unknown[] };
  if (values === undefined || values.length === 0) return undefined;
  if (values.some(allowed => deepEqual(allowed, value ?? null))) return undefined;
  if ((value === null || value === undefined) && schema.nullable === true) return undefined;
  const texts = values.map(allowed =>
    typeof allowed === 'string' ? allowed : JSON.stringify(allowed),
  );
  return found(path, at => notSupported(at, value ?? null, texts));
}

function listResult(
  value: readonly unknown[],
  schema: JSONSchemaProps,
  path: string,
  old: Old | undefined,
): Result {
  const result = empty();
  const items = itemsOf(schema);
  if (items !== undefined) {
    const oldItem = oldItems(schema, old);
    value.forEach((item, index) =>
      merge(result, validated(item, items, `${path}[${index}]`, oldItem(item))),
    );
  }
  const { maxItems, minItems, uniqueItems } = schema;
  const size = value.length;
  if (minItems !== undefined && size < minItems) {
    merge(result, said(path, size, `${path} in body should have at least ${minItems} items`));
  }
  if (maxItems !== undefined && size > maxItems) {
    merge(
      result,
      found(path, at => tooMany(at, size, maxItems)),
    );
  }
  if (uniqueItems === true && hasDuplicates(value)) {
    merge(result, said(path, '', `${path} in body shouldn't contain duplicates`));
  }
  result.matches++;
  return result;
}

function hasDuplicates(list: readonly unknown[]): boolean {
  return list.some((item, index) => list.slice(0, index).some(other => deepEqual(item, other)));
}

/** Items of lists that are maps correspond by their keys; others do not. */
function oldItems(
  schema: JSONSchemaProps,
  old: Old | undefined,
): (item: unknown) => Old | undefined {
  const extended = schema as Readonly<Record<string, unknown>>;
  const keys = extended['x-kubernetes-list-map-keys'];
  const isMap = extended['x-kubernetes-list-type'] === 'map';
  if (!isMap || old === undefined || !Array.isArray(old.value) || !Array.isArray(keys)) {
    return () => undefined;
  }
  const list = old.value as readonly unknown[];
  return item => {
    if (!isRecord(item)) return undefined;
    const same = list.find(
      other =>
        isRecord(other) && keys.every(key => deepEqual(other[String(key)], item[String(key)])),
    );
    return same === undefined ? undefined : { value: same };
  };
}

function objectResult(
  value: Readonly<Record<string, unknown>>,
  schema: JSONSchemaProps,
  path: string,
  old: Old | undefined,
): Result {
  const result = empty();
  const { minProperties, maxProperties, properties = {}, required: names = [] } = schema;
  const size = Object.keys(value).length;
  if (minProperties !== undefined && size < minProperties) {
    const text = `${path} in body should have at least ${minProperties} properties`;
    merge(result, said(path, size, text));
  }
  if (maxProperties !== undefined && size > maxProperties) {
    merge(
      result,
      found(path, at => tooMany(at, size, maxProperties)),
    );
  }
  const oldOf = (key: string): Old | undefined => {
    if (old === undefined || !isRecord(old.value) || !(key in old.value)) return undefined;
    return { value: old.value[key] };
  };
  const members = membersOf(schema);
  const isClosed = schema.additionalProperties === false;
  for (const [key, item] of Object.entries(value)) {
    if (Object.hasOwn(properties, key)) continue;
    if (isClosed) {
      merge(result, said(path, key, `${path}.${key} in body is a forbidden property`));
    } else if (members !== undefined) {
      merge(result, validated(item, members, `${path}.${key}`, oldOf(key)));
    }
  }
  for (const [key, property] of Object.entries(properties)) {
    if (!Object.hasOwn(value, key)) continue;
    const at = path === '' ? key : `${path}.${key}`;
    merge(result, validated(value[key], property, at, oldOf(key)));
  }
  for (const key of names) {
    if (!Object.hasOwn(value, key))
      merge(
        result,
        found(`${path}.${key}`, at => required(at)),
      );
  }
  return result;
}

/** allOf, anyOf, oneOf and not. */
function combinedResult(value: unknown, schema: JSONSchemaProps, path: string): Result {
  const result = empty();
  const complain = (text: string) =>
    void result.findings.push({
      path: undefined,
      error: at => invalid(at, '', `${goQuote(path)} must ${text}`),
    });
  const each = (schemas: readonly JSONSchemaProps[]) =>
    schemas.map(one => validated(value, one, path, undefined));
  const { anyOf = [], oneOf = [], allOf = [], not } = schema;
  if (anyOf.length > 0) {
    const results = each(anyOf);
    const valid = results.find(isValid);
    if (valid === undefined) complain('validate at least one schema (anyOf)');
    merge(result, valid ?? closest(results));
  }
  if (oneOf.length > 0) {
    const results = each(oneOf);
    const valid = results.filter(isValid);
    if (valid.length === 1) merge(result, valid[0]);
    else {
      const what =
        valid.length === 0 ? 'Found none valid' : `Found ${valid.length} valid alternatives`;
      complain(`validate one and only one schema (oneOf). ${what}`);
      if (valid.length === 0) merge(result, closest(results));
    }
  }
  if (allOf.length > 0) {
    const results = each(allOf);
    merge(result, ...results);
    const valid = results.filter(isValid).length;
    if (valid !== allOf.length) {
      complain(`validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
    }
  }
  if (not !== undefined && isValid(validated(value, not, path, undefined))) {
    complain('not validate the schema (not)');
  }
  result.matches++;
  return result;
}
