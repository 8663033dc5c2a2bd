/** Reads the body of a request: JSON, YAML or protobuf, or the value that a component in process gave. */
import { parse } from 'yaml';
import type { KubeObject } from '../api/object.js';
import {
  badRequest,
  requestEntityTooLarge,
  unsupportedMediaType,
  type Failure,
} from '../api/status.js';
import { mediaTypesOf, type Format } from './filters/negotiation.js';
import type { Scope } from './scope.js';
import type { WriteOptions } from './write-options.js';

const bodyBytesMax = 3 * 1024 * 1024;

/** A body that was read. */
export interface Body {
  readonly object: KubeObject;
}

/** The content type without its parameters; '' when there is none. */
export function contentTypeIn(scope: Scope): string {
  const header = scope.context.header('content-type');
  const semicolon = header.indexOf(';');
  return (semicolon < 0 ? header : header.slice(0, semicolon)).trim().toLowerCase();
}

/** The format of the body, or a 415. */
export function bodyFormat(scope: Scope): Format | Failure {
  const isCustom = scope.resource.custom !== undefined;
  const formats: readonly Format[] = isCustom ? ['json', 'yaml'] : ['json', 'yaml', 'protobuf'];
  const type = contentTypeIn(scope);
  if (type === '') return 'json';
  const types = mediaTypesOf(formats);
  const index = types.indexOf(type);
  return formats[index] ?? unsupportedMediaType(types);
}

/** A refusal of a body that is too large. */
export function sizeFailure(body: unknown): Failure | undefined {
  if (!(body instanceof Uint8Array) || body.length <= bodyBytesMax) return undefined;
  return requestEntityTooLarge(`limit is ${bodyBytesMax}`);
}

/** The object in the body, checked and with its defaults, or what is wrong with it. */
export function readObject(scope: Scope, _options: WriteOptions): KubeObject | Failure {
  const format = bodyFormat(scope);
  if (typeof format !== 'string') return format;
  const { body } = scope.context.request;
  const tooLarge = sizeFailure(body);
  if (tooLarge !== undefined) return tooLarge;
  const value = body instanceof Uint8Array ? parsed(body, format) : body;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return badRequest('the object provided is unrecognized');
  }
  const { kind, apiVersion } = scope.resource;
  const object = {
    apiVersion,
    kind: kind.kind,
    metadata: {},
    ...value,
  } as KubeObject;
  return defaulted(scope, object);
}

/** The object with the defaults of the request's version. */
export function defaulted({ resource }: Scope, object: KubeObject): KubeObject {
  return resource.strategy.defaults?.(object) ?? object;
}

function parsed(bytes: Uint8Array, format: Format): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return format === 'yaml' ? (parse(text, { version: '1.1' }) as unknown) : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The DeleteOptions in the body; undefined when there is none. */
export function readDeleteOptions(
  scope: Scope,
): Readonly<Record<string, unknown>> | Failure | undefined {
  const { body } = scope.context.request;
  if (body === undefined || body === null) return undefined;
  if (body instanceof Uint8Array && body.length === 0) return undefined;
  const format = bodyFormat(scope);
  if (typeof format !== 'string') return format;
  const value = body instanceof Uint8Array ? parsed(body, format) : body;
  if (typeof value !== 'object' || value === null) return badRequest('no DeleteOptions');
  const { kind: _kind, apiVersion: _version, ...options } = value as Record<string, unknown>;
  return options;
}

/** An object of another kind than the resource's: Scale, Binding, Eviction, TokenRequest. */
export function readPlainObject(
  scope: Scope,
  kind: { readonly group: string; readonly version: string; readonly kind: string },
): KubeObject | Failure {
  const format = bodyFormat(scope);
  if (typeof format !== 'string') return format;
  const { body } = scope.context.request;
  const value = body instanceof Uint8Array ? parsed(body, format) : body;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return badRequest('the object provided is unrecognized');
  }
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  return { apiVersion, kind: kind.kind, metadata: {}, ...value } as KubeObject;
}
