/** What the sample API server answers. */
import type { HttpRequest, HttpResponse } from '../../api/http-message.js';
import { isRecord } from '../../api/equality.js';
import { matchesFields, parseFieldSelector } from '../../api/field-selectors.js';
import type { KubeObject } from '../../api/object.js';
import { applyMergePatch } from '../../api/patch/merge-patch.js';
import type { AnswerStream } from '../../api/request.js';
import { parseSelector } from '../../api/selectors.js';
import {
  badRequest,
  isFailure,
  methodNotAllowed,
  unsupportedMediaType,
  type Failure,
} from '../../api/status.js';
import { textPage } from '../agnhost/http.js';
import { groupVersion, resourceList, resources, type WardleResource } from './resources.js';
import type { WardleStore } from './wardle-store.js';

const health = new Set(['/readyz', '/livez', '/healthz']);
const route =
  /^\/apis\/wardle\.example\.com\/v1alpha1(?:\/namespaces\/([^/]+))?\/(\w+)(?:\/([^/]+))?$/;

/** Answers one request. */
export function answerTo(store: WardleStore, request: HttpRequest): HttpResponse {
  const { pathname, searchParams } = new URL(request.path, 'https://sample');
  if (health.has(pathname)) return textPage('ok');
  if (pathname === `/apis/${groupVersion}`) return json(200, resourceList);
  const [, namespace = '', plural = '', name = ''] = route.exec(pathname) ?? [];
  const resource = resources.find(one => one.kind.resource === plural);
  if (resource === undefined) return textPage('404 page not found\n', 404);
  const asked: Asked = { store, request, resource, namespace, name, parameters: searchParams };
  const answer = name === '' ? ofCollection(asked) : ofObject(asked);
  if ('stream' in answer) {
    return { status: 200, contentType: 'application/json', body: '', stream: answer.stream };
  }
  if (isFailure(answer.body)) return json(answer.body.code, answer.body);
  return json(answer.status ?? 200, answer.body);
}

function json(status: number, body: unknown): HttpResponse {
  return { status, contentType: 'application/json', body: `${JSON.stringify(body)}\n` };
}

interface Asked {
  readonly store: WardleStore;
  readonly request: HttpRequest;
  readonly resource: WardleResource;
  /** '' for all namespaces. */
  readonly namespace: string;
  readonly name: string;
  readonly parameters: URLSearchParams;
}

type Answer =
  { readonly status?: number; readonly body: unknown } | { readonly stream: AnswerStream };

function ofCollection(asked: Asked): Answer {
  const { store, request, resource, namespace, parameters } = asked;
  switch (request.method) {
    case 'GET': {
      const isWanted = selection(asked);
      if (isFailure(isWanted)) return { body: isWanted };
      if (['1', 'true'].includes(parameters.get('watch') ?? '')) {
        const from = Number(parameters.get('resourceVersion') ?? '0');
        return { stream: store.watch(resource, from, isWanted) };
      }
      const metadata = { resourceVersion: store.resourceVersion };
      const items = store.list(resource).filter(isWanted);
      const kind = `${resource.kind.kind}List`;
      return { body: { kind, apiVersion: groupVersion, metadata, items } };
    }
    case 'POST': {
      const sent = bodyOf(request);
      return {
        status: 201,
        body: isFailure(sent) ? sent : store.create(resource, namespace, sent),
      };
    }
    case 'DELETE': {
      const isWanted = selection(asked);
      if (isFailure(isWanted)) return { body: isWanted };
      const items = store.list(resource).filter(isWanted);
      for (const { metadata } of items) {
        store.remove(resource, metadata.namespace ?? '', metadata.name ?? '');
      }
      return { body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } };
    }
    default:
      return { body: methodNotAllowed() };
  }
}

function ofObject({ store, request, resource, namespace, name }: Asked): Answer {
  switch (request.method) {
    case 'GET':
      return { body: store.get(resource, namespace, name) };
    case 'PUT': {
      const sent = bodyOf(request);
      return { body: isFailure(sent) ? sent : store.replace(resource, namespace, name, sent) };
    }
    case 'PATCH': {
      const type = request.headers?.['content-type'] ?? '';
      const patch = bodyOf(request);
      const live = store.get(resource, namespace, name);
      // Its types have no lists that merge, so both kinds of merge patch do the same.
      if (!type.includes('merge-patch')) {
        return { body: unsupportedMediaType(['application/merge-patch+json']) };
      }
      if (isFailure(patch)) return { body: patch };
      if (isFailure(live)) return { body: live };
      const patched = applyMergePatch(live as unknown as Readonly<Record<string, unknown>>, patch);
      return { body: store.replace(resource, namespace, name, patched) };
    }
    case 'DELETE':
      return { body: store.remove(resource, namespace, name) };
    default:
      return { body: methodNotAllowed() };
  }
}

function bodyOf({ body }: HttpRequest): Readonly<Record<string, unknown>> | Failure {
  try {
    const value = JSON.parse(body) as unknown;
    return isRecord(value) ? value : badRequest('the object provided is unrecognized');
  } catch (error) {
    return badRequest(`the object provided is unrecognized: ${(error as Error).message}`);
  }
}

/** Whether an object is in the namespace and meets the selectors. */
function selection({ namespace, parameters }: Asked): ((object: KubeObject) => boolean) | Failure {
  const labels = parseSelector(parameters.get('labelSelector') ?? '');
  if (!labels.isOk) return badRequest(labels.error);
  const fields = parseFieldSelector(parameters.get('fieldSelector') ?? '');
  if (!fields.isOk) return badRequest(fields.error);
  return ({ metadata }) =>
    (namespace === '' || metadata.namespace === namespace) &&
    labels.value.matches(metadata.labels) &&
    matchesFields(fields.value, field => {
      if (field === 'metadata.name') return metadata.name ?? '';
      return field === 'metadata.namespace' ? (metadata.namespace ?? '') : '';
    });
}
