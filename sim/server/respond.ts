/** Answers with objects and lists, after turning them into what the client asked for. */
import type { KubeObject } from '../api/object.js';
import type { ApiAnswer } from '../api/request.js';
import { isFailure } from '../api/status.js';
import { bodyAnswer, failureAnswer } from './answers.js';
import { transformedList, transformedObject } from './printers/transform.js';
import type { Scope } from './scope.js';

/** A list of objects, as the version shows them. */
export interface ObjectList {
  /** Absent from lists of what is not stored. */
  readonly resourceVersion?: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
  readonly items: readonly KubeObject[];
}

/** Answers with one object. */
export function respond(scope: Scope, code: number, object: KubeObject): ApiAnswer {
  const { context, media } = scope;
  const body = media.transform === undefined ? object : transformedObject(scope, object);
  if (isFailure(body)) return failureAnswer(context, body);
  scope.audit?.responseObject(body);
  return bodyAnswer(context, media, code, body);
}

/** Answers with a list. */
export function respondList(scope: Scope, list: ObjectList): ApiAnswer {
  const { context, media } = scope;
  const body = media.transform === undefined ? listBody(scope, list) : transformedList(scope, list);
  if (isFailure(body)) return failureAnswer(context, body);
  scope.audit?.responseObject(body);
  return bodyAnswer(context, media, 200, body);
}

function listBody({ resource, context }: Scope, list: ObjectList): unknown {
  const { items } = list;
  const isCustom = resource.custom !== undefined;
  const keepsTypes = isCustom || context.connection.omitsManagedFields === true;
  return {
    kind: resource.listKind,
    apiVersion: resource.apiVersion,
    metadata: listMeta(list, isCustom),
    items: keepsTypes ? items : items.map(withoutType),
  };
}

/** Lists of custom resources always show their continue. */
export function listMeta(list: ObjectList, isCustom = false): Readonly<Record<string, unknown>> {
  const { resourceVersion, continue: token, remainingItemCount } = list;
  return {
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(token === undefined ? isCustom && { continue: '' } : { continue: token }),
    ...(remainingItemCount !== undefined && { remainingItemCount }),
  };
}

const untyped = new WeakMap<KubeObject, KubeObject>();

/** Items of lists of built-in kinds have no kind and apiVersion; one object for all lists that show it. */
function withoutType(object: KubeObject): KubeObject {
  const known = untyped.get(object);
  if (known !== undefined) return known;
  const { kind: _kind, apiVersion: _version, ...rest } = object;
  const item = rest as KubeObject;
  untyped.set(object, item);
  return item;
}
