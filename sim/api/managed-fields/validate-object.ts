/**
 * Whether an applied object fits its schema.
 * @upstream sigs.k8s.io/structured-merge-diff typed/validate.go
 */
import { isRecord } from '../equality.js';
import { compareText, goNumber, goQuote, goValue } from '../go-text.js';
import { schemaFor, type FieldSchema, type ListSchema, type MapSchema } from './field-schema.js';
import { itemElement } from './list-items.js';
import { printedElement } from './path-element.js';

/** What is wrong, as one text; undefined when nothing is. */
export function schemaError(value: unknown, schema: FieldSchema): string | undefined {
  return fits(value, schema) ? undefined : asOneText(errorsOf(value, schema, ''));
}

function asOneText(errors: readonly string[]): string | undefined {
  if (errors.length <= 1) return errors[0];
  return ['errors:', ...errors.map(error => `  ${error}`)].join('\n');
}

/** What is wrong with an object that is stored: it may have items of one key, which an applied one may not. */
export function conversionError(value: unknown, schema: FieldSchema): string | undefined {
  if (fits(value, schema)) return undefined;
  return asOneText(errorsOf(value, schema, '').filter(error => !error.includes(duplicate)));
}

const duplicate = 'duplicate entries for key ';

/** Whether surely nothing is wrong: most objects are found to fit without a thought of where an error is. */
function fits(value: unknown, schema: FieldSchema): boolean {
  if (value === null || value === undefined) return true;
  const { map, scalar, list } = schemaFor(schema, value);
  if (map !== undefined) return isRecord(value) && fieldsFit(value, map);
  if (scalar !== undefined) return scalarError(value, scalar) === undefined;
  if (list === undefined) return true;
  // Items with keys may be there twice: that is looked at one by one.
  if (!Array.isArray(value) || (list.type !== 'atomic' && value.length > 0)) return false;
  for (const item of value as readonly unknown[]) if (!fits(item, list.item)) return false;
  return true;
}

function fieldsFit(value: Readonly<Record<string, unknown>>, map: MapSchema): boolean {
  for (const name of Object.keys(value)) {
    const schema = map.field(name)?.schema ?? map.rest;
    if (schema === undefined || !fits(value[name], schema)) return false;
  }
  return true;
}

function at(path: string, message: string): readonly string[] {
  return [path === '' ? message : `${path}: ${message}`];
}

function errorsOf(value: unknown, schema: FieldSchema, path: string): readonly string[] {
  const { map, scalar, list } = schemaFor(schema, value);
  if (map !== undefined) return mapErrors(value, map, path);
  if (scalar !== undefined) {
    const message = scalarError(value, scalar);
    return message === undefined ? [] : at(path, message);
  }
  return list === undefined ? [] : listErrors(value, list, path);
}

/** Go prints the wrapper that it keeps values in. */
const wrapped = (value: unknown): string => `&{${goValue(value)}}`;

function scalarError(value: unknown, scalar: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  const type = typeof value;
  switch (scalar) {
    case 'numeric':
      return type === 'number'
        ? undefined
        : `expected numeric (int or float), got ${goType(value)}`;
    case 'string':
      return type === 'string'
        ? undefined
        : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`;
    case 'boolean':
      return type === 'boolean' ? undefined : `expected boolean, got ${wrapped(value)}`;
    default:
      return type === 'object' ? `expected any scalar, got ${wrapped(value)}` : undefined;
  }
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (isRecord(value)) return 'map[string]interface {}';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** A value as Go's %#v prints it. */
function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number') return goNumber(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (!isRecord(value)) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([left], [right]) => compareText(left, right));
  const inner = entries.map(([key, item]) => `${goQuote(key)}:${goSyntax(item)}`).join(', ');
  return `map[string]interface {}{${inner}}`;
}

function mapErrors(value: unknown, map: MapSchema, path: string): readonly string[] {
  if (value === null || value === undefined) return [];
  if (!isRecord(value)) return at(path, `expected map, got ${wrapped(value)}`);
  const errors: string[] = [];
  for (const [name, item] of Object.entries(value)) {
    const inner = `${path}.${name}`;
    const schema = map.field(name)?.schema ?? map.rest;
    if (schema === undefined) return [...errors, ...at(inner, 'field not declared in schema')];
    errors.push(...errorsOf(item, schema, inner));
  }
  return errors;
}

function listErrors(value: unknown, list: ListSchema, path: string): readonly string[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) return at(path, `expected list, got ${wrapped(value)}`);
  const errors: string[] = [];
  const seen = new Set<string>();
  for (const [index, item] of (value as readonly unknown[]).entries()) {
    let step = `[${index}]`;
    if (list.type !== 'atomic') {
      const element = itemElement(list, item);
      if (!element.isOk) return [...errors, ...at(path, `element ${index}: ${element.error}`)];
      step = printedElement(element.value);
      if (seen.has(step)) errors.push(...at(path, `${duplicate}${step}`));
      seen.add(step);
    }
    errors.push(...errorsOf(item, list.item, `${path}${step}`));
  }
  return errors;
}
