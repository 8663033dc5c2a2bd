/** Reads the body of a request: JSON, YAML or protobuf, or the value that a component in process gave. */
import { isGroupVersion } from '../api/facts.js';
import { noRepeatedKeys } from '../api/json-parse.js';
import { apiVersionOf, type KubeObject } from '../api/object.js';
import {
  badRequest,
  isFailure,
  requestEntityTooLarge,
  unsupportedMediaType,
  type Failure,
} from '../api/status.js';
import { decodeProtobuf } from '../api/protobuf/decode-protobuf.js';
import { tidied } from '../api/tidy.js';
import type { Parsed } from '../api/time.js';
import { storageKey } from '../store/collection.js';
import { decodeCustom, trustedCustom } from './custom/decode.js';
import { causeOf, decodeBuiltIn, type Target } from './decoding/built-in.js';
import { noteRead, readBefore } from './decoding/lasting-bodies.js';
import { readJson, readYaml, summaryOf, textOf, type ReadText } from './decoding/text.js';
import { mediaTypesOf, type Format } from './filters/negotiation.js';
import type { Scope } from './scope.js';
import { shapeOfResource } from './shapes.js';
import type { WriteOptions } from './write-options.js';

const bodyFormats: readonly Format[] = ['json', 'yaml', 'protobuf'];
const bodyBytesMax = 3 * 1024 * 1024;

/** The content type without its parameters; '' when there is none. */
export function contentTypeIn(scope: Scope): string {
  const header = scope.context.header('content-type');
  const semicolon = header.indexOf(';');
  return (semicolon < 0 ? header : header.slice(0, semicolon)).trim().toLowerCase();
}

/** The format of the body, or a 415. */
export function bodyFormat(scope: Scope): Format | Failure {
  const type = contentTypeIn(scope);
  if (type === '') return 'json';
  const types = mediaTypesOf(bodyFormats);
  const format = bodyFormats[types.indexOf(type)];
  // Custom resources name protobuf too, which none of them can be read from.
  const isRead = format !== 'protobuf' || scope.resource.custom === undefined;
  return isRead && format !== undefined ? format : unsupportedMediaType(types);
}

/** A refusal of a body that is too large. */
export function sizeFailure(body: unknown): Failure | undefined {
  if (!(body instanceof Uint8Array) || body.length <= bodyBytesMax) return undefined;
  return requestEntityTooLarge(`limit is ${bodyBytesMax}`);
}

/** The object in the body, checked and with its defaults, or what is wrong with it. */
export function readObject(scope: Scope, options: WriteOptions): KubeObject | Failure {
  const { resource, context } = scope;
  if (context.connection.omitsManagedFields && !(context.request.body instanceof Uint8Array)) {
    return defaulted(scope, trusted(scope, context.request.body as KubeObject));
  }
  const { fieldValidation } = options;
  if (resource.custom !== undefined || contentTypeIn(scope) !== '')
    return readAnew(scope, fieldValidation);
  const { body } = context.request;
  const reading = { strategy: resource.strategy, fieldValidation };
  const before = readBefore(body, reading);
  if (before !== undefined) return before;
  const object = readAnew(scope, fieldValidation);
  if (!isFailure(object) && context.warnings.length === 0) noteRead(body, reading, object);
  return object;
}

function readAnew(scope: Scope, fieldValidation: string): KubeObject | Failure {
  const { resource, context } = scope;
  const read = readBody(scope, resource.kind.kind);
  if (isFailure(read)) return read;
  const { text, summary } = read;
  const object =
    resource.custom === undefined
      ? decodeBuiltIn(context, text, { kind: resource.kind, fieldValidation, summary })
      : decodeCustom(scope, text, { fieldValidation, summary });
  if (isFailure(object)) return object;
  const error = resource.strategy.conversionError?.(object);
  if (error === undefined) return defaulted(scope, object);
  const { kind, version } = resource.kind;
  return badRequest(
    `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${error}`,
  );
}

/** An object of another kind than the resource's: Scale, Binding, Eviction, TokenRequest. */
export function readPlainObject(
  scope: Scope,
  kind: Target['kind'],
  options: WriteOptions,
  acceptsVersions: readonly string[] = [],
): KubeObject | Failure {
  const { context } = scope;
  const { body } = context.request;
  if (context.connection.omitsManagedFields && !(body instanceof Uint8Array)) {
    return { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata: {}, ...(body as object) };
  }
  const read = readBody(scope, kind.kind);
  if (isFailure(read)) return read;
  const { text, summary } = read;
  const { fieldValidation } = options;
  return decodeBuiltIn(context, text, { kind, fieldValidation, summary, acceptsVersions });
}

/** The object with the defaults of the request's version. */
export function defaulted({ resource }: Scope, object: KubeObject): KubeObject {
  return resource.strategy.defaults?.(object) ?? object;
}

/** What our own components write is well typed; only what Go would leave out is taken away. */
function trusted(scope: Scope, object: KubeObject): KubeObject {
  const { resource } = scope;
  const { kind, apiVersion, custom } = resource;
  const isTyped = object.kind !== undefined && object.apiVersion !== undefined;
  const typed = isTyped ? object : { kind: kind.kind, apiVersion, ...object };
  if (custom !== undefined) return trustedCustom(typed, custom.schema);
  const shape = shapeOfResource(resource);
  return shape === undefined ? typed : tidied(typed, shape, knownTidy(scope));
}

/** What is stored is tidy, and what our components send is made from it: what they share is not looked at. */
function knownTidy({ resource, name, namespace }: Scope): KubeObject | undefined {
  if (name === '' || resource.strategy.fromStored !== undefined) return undefined;
  return resource.collection.get(storageKey(namespace, name))?.object;
}

interface ReadBody {
  readonly text: ReadText;
  readonly summary: string;
}

function readBody(scope: Scope, kind: string): ReadBody | Failure {
  const format = bodyFormat(scope);
  if (typeof format !== 'string') return format;
  const { body } = scope.context.request;
  const tooLarge = sizeFailure(body);
  if (tooLarge !== undefined) return tooLarge;
  if (body !== undefined && !(body instanceof Uint8Array))
    return { text: given(body), summary: '' };
  const bytes = body ?? new Uint8Array();
  const summary = summaryOf(bytes);
  const read = readFormat(format, bytes, { apiVersion: scope.resource.apiVersion, kind });
  if (read.isOk) return { text: read.value, summary };
  const error =
    format === 'json' ? `couldn't get version/kind; json parse error: ${read.error}` : read.error;
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${error} (${summary})`,
  );
}

interface Expected {
  readonly apiVersion: string;
  readonly kind: string;
}

function readFormat(format: Format, bytes: Uint8Array, expected: Expected): Parsed<ReadText> {
  switch (format) {
    case 'json':
      return readJson(textOf(bytes));
    case 'yaml':
      return readYaml(textOf(bytes));
    case 'protobuf': {
      const read = decodeProtobuf(bytes, expected);
      if (!read.isOk) return read;
      const { value, ...type } = read.value;
      return { isOk: true, value: given({ ...value, ...type }) };
    }
  }
}

function given(value: unknown): ReadText {
  return { value, repeated: noRepeatedKeys, duplicates: [] };
}

const deleteOptionsKind = { group: '', version: 'v1', kind: 'DeleteOptions' } as const;

/** The DeleteOptions in the body; undefined when there is none. */
export function readDeleteOptions(
  scope: Scope,
): Readonly<Record<string, unknown>> | Failure | undefined {
  const { body } = scope.context.request;
  if (body === undefined || body === null) return undefined;
  if (body instanceof Uint8Array && body.length === 0) return undefined;
  if (!(body instanceof Uint8Array)) return body as Readonly<Record<string, unknown>>;
  const read = readBody(scope, 'DeleteOptions');
  if (isFailure(read)) return bare(read);
  const decoded = decodeBuiltIn(scope.context, given(inCoreVersion(read.text.value, scope)), {
    kind: deleteOptionsKind,
    fieldValidation: 'Ignore',
    summary: read.summary,
    scheme: 'pkg/apis/meta/internalversion/scheme/register.go:27',
  });
  if (isFailure(decoded)) return badRequest(causeOf(decoded, 'DeleteOptions'));
  const { kind: _kind, apiVersion: _version, ...options } = decoded;
  return options;
}

/** Options are read past the decoder that says what it expected. */
function bare(failed: Failure): Failure {
  const [, cause] =
    /^the object provided is unrecognized \(must be of type \w+\): ([^]*) \([^()]*\)$/.exec(
      failed.message,
    ) ?? [];
  return cause === undefined ? failed : badRequest(cause);
}

/** The options are known in each version of each group, so that typed clients name their own. */
function inCoreVersion(value: unknown, { resource }: Scope): unknown {
  const { kind, apiVersion } = (value ?? {}) as { kind?: unknown; apiVersion?: unknown };
  if (kind !== deleteOptionsKind.kind || typeof apiVersion !== 'string') return value;
  const isKnown = apiVersion === resource.apiVersion || isGroupVersion(apiVersion);
  return isKnown ? { ...(value as object), apiVersion: deleteOptionsKind.version } : value;
}
