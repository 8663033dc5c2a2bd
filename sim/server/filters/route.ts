/**
 * Finds the handler of a request for a resource: what a route of go-restful is upstream.
 * @upstream apiserver/pkg/endpoints/installer.go
 */
import type { ApiAnswer } from '../../api/request.js';
import {
  badRequest,
  methodNotAllowed,
  methodNotSupported,
  notFound,
  pathNotFound,
} from '../../api/status.js';
import { failureAnswer, unknownPath } from '../answers.js';
import type { AuditRecord } from '../audit/auditor.js';
import type { Core } from '../core.js';
import { createObject } from '../handlers/create.js';
import { deleteCollection } from '../handlers/delete-collection.js';
import { deleteObject } from '../handlers/delete.js';
import {
  getComponentStatus,
  isComponentStatus,
  listComponentStatuses,
} from '../handlers/component-status.js';
import { getObject } from '../handlers/get.js';
import { listObjects } from '../handlers/list.js';
import { patchObject } from '../handlers/patch.js';
import { replaceObject } from '../handlers/replace.js';
import { serveSubresource } from '../handlers/subresources.js';
import { createVirtual, virtualResourceOf } from '../handlers/virtual.js';
import { watchObjects } from '../handlers/watch.js';
import { bindPod } from '../handlers/binding.js';
import type { RequestInfo } from '../request-info.js';
import type { RequestState } from '../request-state.js';
import type { ServedResource } from '../registry.js';
import type { Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import { builtInOffer, customOffer, negotiate, plainJson, type Offer } from './negotiation.js';
import { customPatchTypeFailure, patchTypeFailure } from '../handlers/patch-types.js';

/** Answers a request for a resource. */
export function* serveResource(
  core: Core,
  context: RequestState,
  audit: AuditRecord | undefined,
): Steps<ApiAnswer> {
  const { info } = context;
  const resource = core.registry.find(info.group, info.version, info.resource);
  if (resource === undefined) return missingResource(core, context);
  const place = placeOf(info, resource);
  if (place === undefined || isElsewhere(info, resource)) return noPlace(context, resource);
  // Custom resources have one handler for all; others warn where a route is.
  if (resource.custom !== undefined) warnOfDeprecation(context, resource);
  const handler = handlerOf(context, resource, place);
  if (handler === 'no-route') {
    const isObject = resource.custom !== undefined && place === 'subresource';
    return failureAnswer(context, isObject ? notFound(resource.kind, info.name) : pathNotFound());
  }
  if (handler === 'no-method') {
    return failureAnswer(context, wrongMethod(context, resource, place));
  }
  if (resource.custom === undefined) warnOfDeprecation(context, resource);
  const typeFailure = patchTypeFailure(context, resource);
  if (typeFailure !== undefined) return failureAnswer(context, typeFailure);
  const media =
    context.request.headers === undefined
      ? plainJson
      : negotiate(context, offerOf(context, resource, place));
  if ('status' in media) return failureAnswer(context, media);
  const scope: Scope = {
    core,
    context,
    resource,
    subresource: info.subresource,
    namespace: resource.kind.isNamespaced ? info.namespace : '',
    name:
      (place === 'collection' && !info.isWatchPath) || isNewObject(info, place) ? '' : info.name,
    media,
    audit,
  };
  return yield* handler(scope);
}

const readMethods = new Set(['GET', 'HEAD']);

function offerOf(
  { request }: RequestState,
  { custom, verbs }: ServedResource,
  place: Place,
): Offer {
  const isList = place === 'collection' && readMethods.has(request.method);
  return Object.assign({}, custom === undefined ? builtInOffer : customOffer, {
    streams: isList && verbs.includes('watch'),
    hasTables: verbs.includes('get'),
  });
}

/** Where in the tree of a resource a path points. */
type Place = 'collection' | 'object' | 'subresource';

function placeOf({ namespace, parts, resource: plural }: RequestInfo, { kind }: ServedResource) {
  const [, name = '', subresource = ''] = parts;
  const isInNamespace = namespace !== '' && plural !== 'namespaces';
  if (isInNamespace && !kind.isNamespaced) return undefined;
  if (name === '') return 'collection';
  if (kind.isNamespaced && !isInNamespace) return undefined;
  return subresource === '' ? 'object' : 'subresource';
}

/** Custom resources take what is posted to the path of an object as if posted to all: the body has the name. */
function isNewObject({ verb }: RequestInfo, place: Place): boolean {
  return place === 'object' && verb === 'create';
}

/**
 * Of namespaced custom resources only lists and watches are served without a namespace.
 * @upstream customresource_handler.go possiblyAcrossAllNamespacesVerbs
 */
function isElsewhere({ namespace, verb }: RequestInfo, { custom, kind }: ServedResource): boolean {
  if (custom === undefined || !kind.isNamespaced || namespace !== '') return false;
  return verb !== 'list' && verb !== 'watch';
}

function noPlace(context: RequestState, { custom }: ServedResource): ApiAnswer {
  return custom === undefined ? failureAnswer(context, pathNotFound()) : unknownPath(context);
}

/** Custom resources are asked by verb and not by method: to look at the head of one is to get it. */
function methodOf({ request, info }: RequestState, { custom }: ServedResource): Method {
  const isRead = custom !== undefined && request.method === 'HEAD' && info.verb !== 'watch';
  return isRead ? 'GET' : request.method;
}

type Method = RequestState['request']['method'];

type Handler = (scope: Scope) => Steps<ApiAnswer>;

function handlerOf(
  context: RequestState,
  resource: ServedResource,
  place: Place,
): Handler | 'no-route' | 'no-method' {
  const method = methodOf(context, resource);
  if (context.info.isWatchPath) return method === 'GET' ? watchObjects : 'no-method';
  switch (place) {
    case 'collection':
      return collectionHandler(method, context.info, resource);
    case 'object':
      return objectHandler(method, resource);
    case 'subresource':
      return serveSubresource(context.info, method, resource);
  }
}

function collectionHandler(method: Method, info: RequestInfo, resource: ServedResource) {
  const { verbs, kind } = resource;
  const isWhole = kind.isNamespaced && info.namespace === '';
  switch (method) {
    case 'GET':
      if (!verbs.includes('list')) return 'no-method';
      if (info.verb === 'watch' && verbs.includes('watch')) return watchObjects;
      return isComponentStatus(kind) ? listComponentStatuses : listObjects;
    case 'POST': {
      if (isWhole || !verbs.includes('create')) return 'no-method';
      if (kind.resource === 'bindings' && kind.group === '') return bindPod;
      const virtual = virtualResourceOf(kind);
      return virtual === undefined ? createObject : createVirtual(virtual);
    }
    case 'DELETE':
      return isWhole || !verbs.includes('deletecollection') ? 'no-method' : deleteCollection;
    default:
      return 'no-method';
  }
}

const objectVerbs = ['get', 'update', 'patch', 'delete'];

function objectHandler(method: Method, { kind, verbs, custom, storedStrategy }: ServedResource) {
  if (!objectVerbs.some(verb => verbs.includes(verb))) return 'no-route';
  switch (method) {
    case 'GET':
      if (!verbs.includes('get')) return 'no-method';
      return isComponentStatus(kind) ? getComponentStatus : getObject;
    case 'PUT':
      if (!verbs.includes('update')) return 'no-method';
      return (scope: Scope) => replaceObject(scope, storedStrategy);
    case 'PATCH':
      if (!verbs.includes('patch')) return 'no-method';
      return (scope: Scope) => patchObject(scope, storedStrategy);
    case 'DELETE':
      return verbs.includes('delete') ? deleteObject : 'no-method';
    case 'POST':
      return custom === undefined ? 'no-method' : createObject;
    default:
      return 'no-method';
  }
}

/** Custom resources have no routes: their handler names the resource. */
function wrongMethod(context: RequestState, resource: ServedResource, place: Place) {
  if (resource.custom === undefined) return methodNotAllowed();
  const { method } = context.request;
  if (place === 'collection' && (method === 'PUT' || method === 'PATCH')) {
    const unknown = method === 'PATCH' ? customPatchTypeFailure(context) : undefined;
    return unknown ?? badRequest('name must be provided');
  }
  return methodNotSupported(resource.kind, context.info.verb);
}

/** A group that is known answers a Status, an unknown one plain text. */
function missingResource({ registry }: Core, context: RequestState): ApiAnswer {
  const { group, version } = context.info;
  const isBuiltIn = registry.isBuiltInGroup(group);
  if (isBuiltIn || (registry.hasVersion(group, version) && !registry.isCustomGroup(group))) {
    return failureAnswer(context, pathNotFound());
  }
  return unknownPath(context);
}

const deprecated: Readonly<Record<string, string>> = {
  endpoints: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  componentstatuses: 'v1 ComponentStatus is deprecated in v1.19+',
};

function warnOfDeprecation(context: RequestState, { kind, custom }: ServedResource): void {
  const text =
    custom?.deprecationWarning ?? (kind.group === '' ? deprecated[kind.resource] : undefined);
  if (text === undefined) return;
  context.warn(text);
  context.annotate('k8s.io/deprecated', 'true');
}
