/** Where in a manifest the API server's refusal points, and what to do there: Go's errors of types name no place. */
import { valueError } from '../../sim/api/decode.js';
import { isRecord } from '../../sim/api/equality.js';
import { shapeOfKind, type Scalar, type Shape } from '../../sim/api/facts.js';
import { kindOf, type KubeObject } from '../../sim/api/object.js';
import { didYouMean } from './errors.js';
import { parseField } from './field-path.js';
import { fieldText, type FieldPath } from './located.js';

/** A cause of a refusal. */
export interface Cause {
  /** `FieldValueRequired` and the like. */
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** What is wrong with one field. */
export interface Complaint {
  readonly path: FieldPath;
  readonly message: string;
  /** What to do, where it is known. */
  readonly next?: string;
}

/** What a refusal has against each field of the object, in the server's order; none when it names no field. */
export function complaintsOf(
  object: KubeObject,
  { message, causes = [] }: { readonly message: string; readonly causes?: readonly Cause[] },
): readonly Complaint[] {
  const told = causes.filter(({ field = '' }) => field !== '' && field !== '<nil>');
  if (told.length > 0) {
    // What a schema has against one value it says in several ways: the first one says most.
    const firsts = new Map(told.map(cause => [cause.field, cause] as const).reverse());
    return [...firsts.values()].reverse().map(cause => ofCause(cause, object));
  }
  const shape = shapeOf(object);
  const strict = [...message.matchAll(/(?:unknown|duplicate) field "([^"]+)"/g)];
  if (strict.length > 0) {
    return strict.map(([text, field = '']) => ofStrictness(text, field, shape));
  }
  return /cannot be handled as a/.test(message) && shape !== undefined
    ? undecodable(object, shape, [])
    : [];
}

function ofCause({ field: told = '', reason, message = '' }: Cause, object: KubeObject): Complaint {
  const field = writtenField(told, object);
  const path = parseField(field);
  const complaint = { path, message: `${told}: ${message}` };
  if (reason !== 'FieldValueRequired') return { ...complaint, next: `change ${field}: ${message}` };
  const last = String(path.at(-1) ?? field);
  const parent = field.slice(0, field.length - last.length - 1);
  return { ...complaint, next: `add "${last}:" to ${parent}` };
}

/**
 * The server tells of a schema that all versions have as of a field that v1 no longer has, and takes the
 * name and the namespace of a webhook's service for one another.
 */
function writtenField(field: string, { kind = '' }: KubeObject): string {
  if (kind.endsWith('WebhookConfiguration')) {
    const [, service, told] = /^(.*\.clientConfig\.service)\.(name|namespace)$/.exec(field) ?? [];
    return told === undefined ? field : `${service}.${told === 'name' ? 'namespace' : 'name'}`;
  }
  if (kind !== 'CustomResourceDefinition') return field;
  return field.replace(/^spec\.validation\./, 'spec.versions[0].schema.');
}

function ofStrictness(text: string, field: string, shape: Shape | undefined): Complaint {
  const path = parseField(field);
  const complaint = { path, message: text };
  const last = String(path.at(-1) ?? '');
  if (text.startsWith('duplicate')) return { ...complaint, next: `write ${field} only once` };
  const known = shape && structAt(shape, path.slice(0, -1));
  const near = known && didYouMean(last, known);
  return near === undefined ? complaint : { ...complaint, next: `did you mean ${near}?` };
}

function shapeOf({ apiVersion = '', kind = '' }: KubeObject): Shape | undefined {
  return shapeOfKind({ ...kindOf(apiVersion, kind, ''), kind });
}

/** The names of the fields of the struct at a path. */
function structAt(shape: Shape, path: FieldPath): readonly string[] | undefined {
  let at: Shape | undefined = shape;
  for (const part of path) at = below(at, part);
  return at?.kind === 'struct' ? [...at.byName.keys()] : undefined;
}

function below(shape: Shape | undefined, part: string | number): Shape | undefined {
  switch (shape?.kind) {
    case 'struct':
      return shape.byName.get(String(part))?.shape;
    case 'list':
      return shape.item;
    case 'map':
      return shape.value;
    default:
      return undefined;
  }
}

/** The innermost values that are not of their types. */
function undecodable(value: unknown, shape: Shape, path: FieldPath): readonly Complaint[] {
  const error = valueError(value, shape);
  if (error === undefined) return [];
  const children = childrenOf(value).flatMap(([key, child]) => {
    const inner = below(shape, key);
    return inner === undefined ? [] : undecodable(child, inner, [...path, key]);
  });
  if (children.length > 0) return children;
  const is = `${fieldText(path)} is ${JSON.stringify(value)}`;
  return [{ path, message: `${is}: ${error}`, next: `${is}; write ${formOf(shape)}` }];
}

function childrenOf(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return value.map((item, index) => [index, item] as const);
  return isRecord(value) ? Object.entries(value) : [];
}

const forms: Readonly<Partial<Record<Scalar, string>>> = {
  string: 'a text, in quotes where it looks like a number or a bool',
  bool: 'true or false, without quotes',
  int32: 'a whole number, without quotes',
  int64: 'a whole number, without quotes',
  float64: 'a number, without quotes',
  bytes: 'base64',
  quantity: 'a quantity, such as 500m, 2 or 4Gi',
  time: 'a time, such as 2026-11-27T09:00:00Z',
  microTime: 'a time, such as 2026-11-27T09:00:00.000000Z',
  duration: 'a duration, such as 1h30m',
  intOrString: 'a whole number, or a text such as 25%',
};

function formOf(shape: Shape): string {
  if (shape.kind === 'struct') return 'a map of fields';
  if (shape.kind === 'list') return 'a list';
  if (shape.kind === 'map') return 'a map';
  return forms[shape.scalar] ?? `a ${shape.goType}`;
}
