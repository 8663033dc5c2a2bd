/** Decodes bodies of custom resources. @upstream apiextensions-apiserver/pkg/apiserver/customresource_handler.go */
import { printedValue } from '../../api/field-error.js';
import { decodeObject } from '../../api/decode.js';
import { isRecord } from '../../api/equality.js';
import { structOf } from '../../api/facts.js';
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';
import type { KubeObject } from '../../api/object.js';
import { badRequest, type Failure } from '../../api/status.js';
import { warnAll } from '../decoding/built-in.js';
import { duplicateFields, strictOfText, textOf, type ReadText } from '../decoding/text.js';
import { typeMetaOf } from '../decoding/type-meta.js';
import type { Scope } from '../scope.js';
import { isEmbedded, itemsOf, membersOf } from '../../api/json-schema.js';
import { mappedList, mappedRecord, pruned, withoutBadNulls } from './schema.js';

type Json = Readonly<Record<string, unknown>>;

/** How a body is to be read. */
export interface CustomTarget {
  readonly fieldValidation: string;
  readonly summary: string;
}

/** The object, pruned, or why the body is none of this kind. */
export function decodeCustom(
  scope: Scope,
  read: ReadText,
  { summary, fieldValidation }: CustomTarget,
): KubeObject | Failure {
  const { resource, context } = scope;
  const { kind: wanted, group, version } = resource.kind;
  const unrecognized = (text: string) =>
    badRequest(
      `the object provided is unrecognized (must be of type ${wanted}): ${text} (${summary})`,
    );
  const probed = typeMetaOf(read.value);
  if (!probed.isOk) return unrecognized(probed.error);
  const { kind, group: sentGroup, version: sentVersion } = probed.value;
  if (kind === '' || !isRecord(read.value)) return unrecognized(missing('Kind', scope));
  if (sentVersion === '') return unrecognized(missing('apiVersion', scope));
  const cannot = (text: string) =>
    badRequest(`${kind} in version "${sentVersion}" cannot be handled as a ${wanted}: ${text}`);
  const isOurs = kind === wanted && sentGroup === group;
  const coerced = isOurs
    ? coercedObject(read.value, resource.custom?.schema, resource.custom?.preservesUnknownFields)
    : typedMeta(read.value);
  if ('error' in coerced) return cannot(coerced.error);
  const duplicates = [...strictOfText(read), ...duplicateFields(read)];
  const unknown = coerced.unknown.map(path => `unknown field ${JSON.stringify(path)}`);
  const strict = [...duplicates, ...unknown];
  if (strict.length > 0 && fieldValidation === 'Strict') {
    return cannot(`strict decoding error: ${strict.join(', ')}`);
  }
  if (fieldValidation === 'Warn') {
    warnAll(context, read.duplicates, duplicateFields(read), unknown);
  }
  if (sentGroup !== group || sentVersion !== version) {
    const sent = sentGroup === '' ? sentVersion : `${sentGroup}/${sentVersion}`;
    return badRequest(
      `the API version in the data (${sent}) does not match the expected API version (${group}/${version})`,
    );
  }
  const { metadata = {}, ...rest } = coerced.object;
  return { ...rest, metadata } as KubeObject;
}

function missing(field: string, { context }: Scope): string {
  const { body } = context.request;
  const text = body instanceof Uint8Array ? textOf(body) : JSON.stringify(body ?? null);
  return `Object '${field}' is missing in '${text}'`;
}

/** What our own components write, pruned. */
export function trustedCustom(object: KubeObject, schema: JSONSchemaProps | undefined): KubeObject {
  return withoutBadNulls(pruned(object, schema), schema) as KubeObject;
}

/** Of whatever kind it is, its metadata must be metadata. */
function typedMeta(value: Json): Coerced {
  const meta = coercedMeta(value['metadata'], 'metadata');
  if ('error' in meta) return meta;
  const { metadata: _, ...rest } = value;
  const object = meta.object === undefined ? rest : { ...rest, metadata: meta.object };
  return { object, unknown: [...meta.unknown] };
}

type Coerced =
  { readonly object: Json; readonly unknown: readonly string[] } | { readonly error: string };

function coercedObject(
  value: Json,
  schema: JSONSchemaProps | undefined,
  preservesUnknownFields = false,
): Coerced {
  const meta = coercedMeta(value['metadata'], 'metadata');
  if ('error' in meta) return meta;
  const unknown: string[] = [];
  const kept = preservesUnknownFields
    ? value
    : (withoutBadNulls(pruned(value, schema, unknown), schema) as Json);
  const problems: string[] = [];
  const object =
    schema === undefined
      ? kept
      : (embeddedCoerced(kept, schema, { path: '', unknown, problems }) as Json);
  const [error] = problems;
  if (error !== undefined) return { error };
  const { metadata: _, ...rest } = object;
  return {
    object: meta.object === undefined ? rest : { ...rest, metadata: meta.object },
    unknown: [...meta.unknown, ...unknown].sort(),
  };
}

function coercedMeta(
  value: unknown,
  path: string,
):
  | { readonly object: Json | undefined; readonly unknown: readonly string[] }
  | { readonly error: string } {
  if (value === undefined || value === null) return { object: undefined, unknown: [] };
  const decoded = decodeObject(value, structOf('meta/v1.ObjectMeta'));
  if (!decoded.isOk) return { error: decoded.error };
  const unknown = decoded.strict.flatMap(text => {
    const field = /^unknown field "(.*)"$/.exec(text)?.[1];
    return field === undefined ? [] : [`${path}.${field}`];
  });
  return { object: decoded.object, unknown };
}

interface Coercion {
  readonly path: string;
  readonly unknown: string[];
  readonly problems: string[];
}

/** Metadata of embedded objects is coerced too: what it does not know is dropped. */
function embeddedCoerced(value: unknown, schema: JSONSchemaProps, at: Coercion): unknown {
  const { path, unknown, problems } = at;
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    if (items === undefined) return value;
    return mappedList(value, (item, index) =>
      embeddedCoerced(item, items, { ...at, path: `${path}[${index}]` }),
    );
  }
  if (!isRecord(value)) return value;
  return mappedRecord(value, (key, item) => {
    const below = path === '' ? key : `${path}.${key}`;
    if (isEmbedded(schema) && key === 'metadata') {
      const meta = coercedMeta(item, below);
      if ('error' in meta) {
        problems.push(`${below}: Invalid value: ${printedValue(item)}: ${meta.error}`);
        return item;
      }
      unknown.push(...meta.unknown);
      return meta.object;
    }
    const property = schema.properties?.[key] ?? membersOf(schema);
    return property === undefined ? item : embeddedCoerced(item, property, { ...at, path: below });
  });
}
