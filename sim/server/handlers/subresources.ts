/**
 * The handlers of subresources: status, scale, binding, eviction, token, log, exec, ...
 * @upstream pkg/registry/core/rest/storage_core.go and its siblings: which resource has which
 */
import type { ApiAnswer } from '../../api/request.js';
import { isFailure } from '../../api/status.js';
import { readPlainObject } from '../body.js';
import type { RequestInfo } from '../request-info.js';
import type { ServedResource } from '../registry.js';
import type { ScalePaths, UpdateStrategy } from '../resources/strategy.js';
import type { Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import { bindPod } from './binding.js';
import { admitted } from './connect-admission.js';
import { connectPod } from './connect.js';
import { evictPod } from './eviction.js';
import { getObject } from './get.js';
import { getLog } from './log.js';
import { patchObject } from './patch.js';
import { preparedScalePatch } from './patch-types.js';
import { proxyRequest } from './proxy.js';
import { nameFailure, placeFailure, replaceObject } from './replace.js';
import { changeScale, getScale } from './scale.js';
import { requestToken } from './token.js';
import { failureAnswer } from '../answers.js';
import { writeOptions } from '../write-options.js';

const connections = new Set(['exec', 'attach', 'portforward']);

type Handler = (scope: Scope) => Steps<ApiAnswer>;
type Route = Handler | 'no-route' | 'no-method';

const verbsOfMethods: Readonly<Record<string, string>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** The handler of a subresource. */
export function serveSubresource(
  { subresource, parts }: RequestInfo,
  method: string,
  resource: ServedResource,
): Route {
  const fact = resource.subresources.find(({ name }) => name === subresource);
  if (fact === undefined || (parts.length > 3 && subresource !== 'proxy')) return 'no-route';
  // What is proxied may be asked in any way.
  const isKnown = subresource === 'proxy' || fact.verbs.includes(verbsOfMethods[method] ?? '');
  if (!isKnown) return 'no-method';
  if (subresource === 'scale') return scaleHandler(method, resource);
  if (subresource === 'binding') return bindPod;
  if (subresource === 'eviction') return evictPod;
  if (subresource === 'log') return plain(getLog);
  if (subresource === 'token') return requestToken;
  if (subresource === 'proxy') return scope => admitted(scope, proxyRequest);
  if (connections.has(subresource)) return scope => admitted(scope, plain(connectPod));
  const strategy = strategyOf(resource, subresource);
  return strategy === undefined ? 'no-route' : partHandler(method, strategy);
}

function plain(handler: (scope: Scope) => ApiAnswer): Handler {
  return scope => atOnce(scope, handler);
}

function* atOnce(scope: Scope, handler: (scope: Scope) => ApiAnswer): Steps<ApiAnswer> {
  return handler(scope);
}

function strategyOf(
  { storedStrategy }: ServedResource,
  subresource: string,
): UpdateStrategy | undefined {
  if (subresource === 'status') return storedStrategy.status ?? {};
  return storedStrategy.subresources?.[subresource];
}

/** GET, PUT and PATCH of a part of the object. */
function partHandler(method: string, strategy: UpdateStrategy): Route {
  switch (method) {
    case 'GET':
      return getObject;
    case 'PUT':
      return scope => replaceObject(scope, strategy);
    case 'PATCH':
      return scope => patchObject(scope, strategy);
    default:
      return 'no-method';
  }
}

const scaleKind = { group: 'autoscaling', version: 'v1', kind: 'Scale' } as const;

function scaleHandler(method: string, { storedStrategy }: ServedResource): Route {
  const { scale } = storedStrategy;
  if (scale === undefined) return 'no-route';
  switch (method) {
    case 'GET':
      return scope => getScale(scope, scale);
    case 'PUT':
      return scope => putScale(scope, scale);
    case 'PATCH':
      return scope => patchScale(scope, scale);
    default:
      return 'no-method';
  }
}

function* putScale(scope: Scope, paths: ScalePaths): Steps<ApiAnswer> {
  const options = writeOptions(scope.context, 'UpdateOptions');
  if (isFailure(options)) return failureAnswer(scope.context, options);
  const scale = readPlainObject(scope, scaleKind, options);
  if (isFailure(scale)) return failureAnswer(scope.context, scale);
  scope.audit?.requestObject(scale);
  const misplaced = placeFailure(scope, scale) ?? nameFailure(scope, scale);
  if (misplaced !== undefined) return failureAnswer(scope.context, misplaced);
  const { uid } = scale.metadata;
  return yield* changeScale(scope, paths, { options, produce: () => ({ scale }), uid });
}

function* patchScale(scope: Scope, paths: ScalePaths): Steps<ApiAnswer> {
  scope.audit?.requestObject(scope.context.request.body);
  const prepared = preparedScalePatch(scope);
  if (isFailure(prepared)) return failureAnswer(scope.context, prepared);
  return yield* changeScale(scope, paths, prepared);
}
