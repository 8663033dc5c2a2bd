/** Holds a located document to a JSON schema: the subset that our own file formats use. */
import { didYouMean, InputError } from './errors.js';
import { fieldText, type FieldPath, type Located } from './located.js';

/** A JSON schema (2020-12) of the subset that is understood here; editors take it as it is. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  /** Default true as in JSON schema; our formats say false wherever fields are known. */
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly enum?: readonly (string | number | boolean)[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

/**
 * Checks the document.
 *
 * @throws InputError naming the file, the line and the field of the first thing that is wrong.
 */
export function checkSchema(
  document: Located,
  schema: JsonSchema,
  options: SchemaOptions = {},
): void {
  const { at = [] } = options;
  check({ ...document, ...options }, valueAt(document.value, at), schema, at);
}

/** How a document is checked. */
export interface SchemaOptions {
  /** The part of the document that the schema is of. Default: all. */
  readonly at?: FieldPath;
  /** The words for a field that the schema does not know. Default: unknown field "name". */
  readonly unknownField?: (path: FieldPath) => string;
}

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (part, key) =>
      typeof part === 'object' && part !== null
        ? (part as Readonly<Record<string | number, unknown>>)[key]
        : undefined,
    value,
  );
}

type Checked = Located & SchemaOptions;

function check(document: Checked, value: unknown, schema: JsonSchema, path: FieldPath): void {
  const refuse = (what: string, next?: string, at: FieldPath = path): never => {
    const place = { file: document.file, line: document.lineOf(at), field: fieldText(at) };
    throw new InputError(place, what, next);
  };
  if (schema.type !== undefined && !isOfType(value, schema.type)) {
    refuse(
      `must be ${article(schema.type)}, is ${describe(value)}`,
      wayTo(schema, value, document.writtenAt?.(path)),
    );
  }
  if (schema.enum !== undefined && !schema.enum.includes(value as string)) {
    const known = schema.enum.map(String);
    const near = didYouMean(String(value), known);
    refuse(
      `${describe(value)} is not one of ${known.join(', ')}`,
      near === undefined ? choiceOf(known) : `did you mean ${near}?`,
    );
  }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(String(value))) {
    const example = schema.examples?.[0];
    refuse(
      `${describe(value)} is not of the form ${schema.pattern}`,
      example === undefined ? 'write it in that form' : `for example ${String(example)}`,
    );
  }
  if (schema.minimum !== undefined && (value as number) < schema.minimum) {
    refuse(
      `must be at least ${schema.minimum}, is ${String(value)}`,
      `write ${schema.minimum} or more`,
    );
  }
  if (Array.isArray(value)) {
    if (schema.minItems !== undefined && value.length < schema.minItems) {
      const entries = schema.minItems === 1 ? 'one entry' : `${schema.minItems} entries`;
      refuse(`must have at least ${entries}, has ${value.length || 'none'}`, listLines);
    }
    value.forEach((item, index) => check(document, item, schema.items ?? {}, [...path, index]));
  } else if (typeof value === 'object' && value !== null) {
    checkObject(document, value as Readonly<Record<string, unknown>>, schema, path, refuse);
  }
}

function checkObject(
  document: Checked,
  value: Readonly<Record<string, unknown>>,
  schema: JsonSchema,
  path: FieldPath,
  refuse: (what: string, next?: string, at?: FieldPath) => never,
): void {
  const known = schema.properties ?? {};
  const names = Object.keys(known);
  for (const name of Object.keys(value)) {
    const own = known[name];
    const rest = schema.additionalProperties;
    if (own !== undefined) check(document, value[name], own, [...path, name]);
    else if (typeof rest === 'object') check(document, value[name], rest, [...path, name]);
    else if (rest === false) {
      const near = didYouMean(name, names);
      const next = near === undefined ? `known here: ${names.join(', ')}` : `did you mean ${near}?`;
      const at = [...path, name];
      refuse(document.unknownField?.(at) ?? `unknown field "${name}"`, next, at);
    }
  }
  const missing = schema.required?.find(name => value[name] === undefined);
  if (missing !== undefined) {
    refuse(`the field "${missing}" is missing`, `add ${lineOf(missing, known[missing])}`);
  }
  const count = Object.keys(value).length;
  if (schema.minProperties !== undefined && count < schema.minProperties) {
    refuse(`needs one of ${names.join(', ')}`, 'add one of them');
  }
  if (schema.maxProperties !== undefined && count > schema.maxProperties) {
    refuse(
      `takes only one of ${names.join(', ')}; it has ${Object.keys(value).join(' and ')}`,
      'keep one of them',
    );
  }
}

const choiceOf = (known: readonly string[]): string =>
  known.length === 1 ? `write ${known[0]}` : 'choose one of them';

const listLines = 'write one entry a line under it, each after "- "';

/** How a value of another type becomes one of the wanted one. */
function wayTo(schema: JsonSchema, value: unknown, written = String(value)): string {
  const { type, properties, examples } = schema;
  if (type === 'boolean') return 'write true or false';
  const [example] = examples ?? [];
  if (example !== undefined) return `for example ${String(example)}`;
  switch (type) {
    case 'object': {
      const names = Object.keys(properties ?? {}).join(', ');
      return names === ''
        ? 'write one "name: value" a line under it, indented'
        : `write its fields under it, indented: ${names}`;
    }
    case 'array':
      return listLines;
    case 'string':
      return typeof value === 'number' || typeof value === 'boolean'
        ? `put it in quotes: "${written}"`
        : 'write one text after the colon';
    default:
      return `write ${type === 'integer' ? 'a whole number' : 'a number'}, without quotes`;
  }
}

/** A line that gives a field. */
function lineOf(name: string, schema: JsonSchema = {}): string {
  const { type, enum: known, examples } = schema;
  const [value] = [...(examples ?? []), ...(known ?? [])];
  if (value !== undefined) return `"${name}: ${String(value)}"`;
  if (type === 'object') return `"${name}:", and its fields under it, indented`;
  if (type === 'array') return `"${name}:", and one entry a line under it, each after "- "`;
  return `"${name}: ..."`;
}

function isOfType(value: unknown, type: NonNullable<JsonSchema['type']>): boolean {
  switch (type) {
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isSafeInteger(value);
    default:
      return typeof value === type;
  }
}

function describe(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : JSON.stringify(value);
}

function article(type: string): string {
  if (type === 'object') return 'a map';
  if (type === 'array') return 'a list';
  return type === 'integer' ? 'an integer' : `a ${type}`;
}
