/**
 * The Status objects with which requests fail.
 * @upstream staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go
 */
import { causeReason, printedError, type FieldError } from './field-error.js';
import { goQuote } from './go-text.js';
import type { Status, StatusCause, StatusDetails } from './kinds/meta.js';

/** A Status that tells of a failure: its code is always set. */
export interface Failure extends Status {
  readonly status: 'Failure';
  readonly message: string;
  readonly reason?: string;
  readonly code: number;
}

/** A resource of a group: `{group: 'apps', resource: 'deployments'}`; kind tokens fit. */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** A kind of a group: `{group: 'apps', kind: 'Deployment'}`; kind tokens fit. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** `deployments.apps`, `pods`: how messages name a resource. */
export function printedResource({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`;
}

/** `Deployment.apps`, `Pod`: how messages name a kind. */
export function printedKind({ group, kind }: GroupKind): string {
  return group === '' ? kind : `${kind}.${group}`;
}

/** A failure from its parts, in the order in which Go writes them. */
export function failure(
  code: number,
  reason: string,
  message: string,
  details?: StatusDetails,
): Failure {
  const told = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message };
  return Object.assign(
    told,
    reason === '' ? undefined : { reason },
    details === undefined ? undefined : { details },
    { code },
  ) as Failure;
}

/** Status details in Go's order, without what is empty. */
export function statusDetails(parts: StatusDetails): StatusDetails {
  const { name, group, kind, uid, causes, retryAfterSeconds } = parts;
  return Object.assign(
    {},
    name ? { name } : undefined,
    group ? { group } : undefined,
    kind ? { kind } : undefined,
    uid ? { uid } : undefined,
    causes && causes.length > 0 ? { causes } : undefined,
    retryAfterSeconds ? { retryAfterSeconds } : undefined,
  );
}

function resourceDetails(resource: GroupResource, name: string): StatusDetails {
  return statusDetails({ name, group: resource.group, kind: resource.resource });
}

/** 404: no object of that name. */
export function notFound(resource: GroupResource, name: string): Failure {
  const message = `${printedResource(resource)} ${goQuote(name)} not found`;
  return failure(404, 'NotFound', message, resourceDetails(resource, name));
}

/** 409: an object of that name is there already. */
export function alreadyExists(resource: GroupResource, name: string): Failure {
  const message = `${printedResource(resource)} ${goQuote(name)} already exists`;
  return failure(409, 'AlreadyExists', message, resourceDetails(resource, name));
}

/** 409: a generated name is taken. */
export function generateNameConflict(
  resource: GroupResource,
  name: string,
  retryAfterSeconds = 1,
): Failure {
  const taken = `${printedResource(resource)} ${goQuote(name)} already exists`;
  return failure(
    409,
    'AlreadyExists',
    `${taken}, the server was not able to generate a unique name for the object`,
    { ...resourceDetails(resource, name), retryAfterSeconds },
  );
}

/** 401. */
export function unauthorized(reason = 'Unauthorized'): Failure {
  return failure(401, 'Unauthorized', reason);
}

/** 403: `text` says why; without a resource the message begins with `forbidden:`. */
export function forbidden(
  resource: GroupResource | undefined,
  name: string,
  text: string,
  causes?: readonly StatusCause[],
): Failure {
  if (resource === undefined || (resource.group === '' && resource.resource === '')) {
    return failure(403, 'Forbidden', `forbidden: ${text}`, {});
  }
  const what =
    name === '' ? printedResource(resource) : `${printedResource(resource)} ${goQuote(name)}`;
  const details = resourceDetails(resource, name);
  return failure(403, 'Forbidden', `${what} is forbidden: ${text}`, {
    ...details,
    ...(causes === undefined ? {} : { causes }),
  });
}

/** 409: the object is not in the state that the request builds on. */
export function conflict(resource: GroupResource, name: string, text: string): Failure {
  const message = `Operation cannot be fulfilled on ${printedResource(resource)} ${goQuote(name)}: ${text}`;
  return failure(409, 'Conflict', message, resourceDetails(resource, name));
}

/** The text of a conflict of resource versions. */
export const modifiedText =
  'the object has been modified; please apply your changes to the latest version and try again';

/** 409: fields of an apply are owned by others. */
export function applyConflict(causes: readonly StatusCause[], message: string): Failure {
  return failure(409, 'Conflict', message, { causes });
}

/** 410. */
export function gone(message: string): Failure {
  return failure(410, 'Gone', message);
}

/** 410: the resource version is too old. */
export function resourceExpired(message: string): Failure {
  return failure(410, 'Expired', message);
}

/** 422: fields are invalid; the message tells equal errors once, the causes tell them all. */
export function invalid(kind: GroupKind, name: string, errors: readonly FieldError[]): Failure {
  const head = `${printedKind(kind)} ${goQuote(name)} is invalid`;
  const causes = errors.map(({ type, text, path }) => ({
    reason: causeReason(type),
    message: text,
    ...(path === '' ? {} : { field: path }),
  }));
  const details = statusDetails({ name, group: kind.group, kind: kind.kind, causes });
  const message = errors.length === 0 ? head : `${head}: ${aggregated(errors.map(printedError))}`;
  return failure(422, 'Invalid', message, details);
}

/** Several errors as one text: `[a, b]`, each once. @upstream apimachinery/pkg/util/errors/errors.go */
export function aggregated(texts: readonly string[]): string {
  const once = [...new Set(texts)];
  return once.length === 1 ? (once[0] ?? '') : `[${once.join(', ')}]`;
}

/** 400. */
export function badRequest(message: string): Failure {
  return failure(400, 'BadRequest', message);
}

/** 429: try again after so many seconds; 0 leaves it to the client. */
export function tooManyRequests(message: string, retryAfterSeconds = 0): Failure {
  return failure(429, 'TooManyRequests', message, statusDetails({ retryAfterSeconds }));
}

/** 503. */
export function serviceUnavailable(message: string): Failure {
  return failure(503, 'ServiceUnavailable', message);
}

/** 405: the action is not supported on the resource. */
export function methodNotSupported(resource: GroupResource, action: string): Failure {
  const message = `${action} is not supported on resources of kind ${goQuote(printedResource(resource))}`;
  return failure(405, 'MethodNotAllowed', message, resourceDetails(resource, ''));
}

/** 405: no route of that path takes the method. */
export function methodNotAllowed(): Failure {
  const message = 'the server does not allow this method on the requested resource';
  return failure(405, 'MethodNotAllowed', message, {});
}

/** 404: no route for the path. */
export function pathNotFound(): Failure {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** 500: a transient error; the client should try again. */
export function serverTimeout(
  resource: GroupResource,
  operation: string,
  retryAfterSeconds = 0,
): Failure {
  const message = `The ${operation} operation against ${printedResource(resource)} could not be completed at this time, please try again.`;
  const details = statusDetails({
    name: operation,
    group: resource.group,
    kind: resource.resource,
    retryAfterSeconds,
  });
  return failure(500, 'ServerTimeout', message, details);
}

/** 500: an error that is not the client's. */
export function internalError(text: string): Failure {
  const message = `Internal error occurred: ${text}`;
  return failure(500, 'InternalError', message, { causes: [{ message: text }] });
}

/** 500 without a reason: an error that no handler made into a Status. */
export function plainError(text: string, code = 500): Failure {
  return failure(code, '', text);
}

/** 504: the request took too long, though it may still complete. */
export function timeout(message: string, retryAfterSeconds = 0): Failure {
  const details = statusDetails({ retryAfterSeconds });
  return failure(504, 'Timeout', `Timeout: ${message}`, details);
}

/** 413. */
export function requestEntityTooLarge(message: string): Failure {
  return failure(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);
}

/** 406: `accepted` are the media types that can be answered. */
export function notAcceptable(accepted: readonly string[]): Failure {
  const message = `only the following media types are accepted: ${accepted.join(', ')}`;
  return failure(406, 'NotAcceptable', message);
}

/** 415: `accepted` are the media types of bodies that can be read. */
export function unsupportedMediaType(accepted: readonly string[]): Failure {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return failure(415, 'UnsupportedMediaType', message);
}

/** 422 with the fixed text that JSON patches fail with. */
export function rejectedRequest(): Failure {
  const message = 'the server rejected our request due to an error in our request';
  return failure(422, 'Invalid', message, {});
}

/** Whether a JSON value is a Status that tells of a failure. */
export function isFailure(value: unknown): value is Failure {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, status, code } = value as { kind?: unknown; status?: unknown; code?: unknown };
  return kind === 'Status' && status === 'Failure' && typeof code === 'number';
}
