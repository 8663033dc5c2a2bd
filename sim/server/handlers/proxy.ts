/**
 * The proxies of pods, services and nodes: a request is handed on to the program behind them.
 * @upstream pkg/registry/core/{pod,service}/storage, pkg/registry/core/node/strategy.go, staging/src/k8s.io/apimachinery/pkg/util/net/port_split.go
 */
import type { Node, Pod, Service } from '../../api/kinds/core.js';
import {
  kubeletClient,
  noEndpoints,
  type HttpReply,
  type HttpRequest,
} from '../../api/http-message.js';
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer } from '../../api/request.js';
import { badRequest, failure, isFailure, notFound, type Failure } from '../../api/status.js';
import { storageKey } from '../../store/collection.js';
import { failureAnswer } from '../answers.js';
import type { Scope } from '../scope.js';
import { rewritten } from './proxied-page.js';
import { wait, type Steps } from '../steps.js';

interface Target {
  readonly host: string;
  readonly port: number;
}

/** Hands the request on and its answer back. */
export function* proxyRequest(scope: Scope): Steps<ApiAnswer> {
  const { context, core, resource } = scope;
  const { request } = context;
  const named = splitName(scope.name);
  if (named === undefined) {
    const what = resource.kind.kind.toLowerCase();
    return failureAnswer(
      context,
      badRequest(`invalid ${what} request ${JSON.stringify(scope.name)}`),
    );
  }
  const stored = resource.collection.get(storageKey(scope.namespace, named.name));
  if (stored === undefined) return failureAnswer(context, notFound(resource.kind, named.name));
  const target = targetOf(resource.kind.resource, stored.object, named.port);
  if (isFailure(target)) return failureAnswer(context, target);
  const path = request.path.slice(prefixOf(request.path, scope.name).length);
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isRead && (path === '' || path.startsWith('?'))) {
    const [plain = '', query] = request.path.split('?');
    const location = `${plain}/${query === undefined ? '' : `?${query}`}`;
    return { status: 301, headers: { location } };
  }
  const { http } = core.options;
  const body = request.body instanceof Uint8Array ? new TextDecoder().decode(request.body) : '';
  const sent: HttpRequest = {
    ...{ protocol: 'http', method: request.method, path: rooted(path), body },
    ...(resource.kind.resource === 'nodes' && { account: kubeletClient }),
  };
  const reply =
    http === undefined ? nobody : yield* wait<HttpReply>(done => http(target, sent, done));
  if (!reply.isOk) {
    const isEmpty = reply.error === noEndpoints(named.name);
    const text = isEmpty ? reply.error : `error trying to reach service: ${reply.error}`;
    return failureAnswer(context, unavailable(text));
  }
  return rewritten(reply.response, prefixOf(request.path, scope.name));
}

const nobody: HttpReply = { isOk: false, error: 'connect: connection refused' };

/** `[scheme:]name[:port]`. */
function splitName(text: string): { readonly name: string; readonly port: string } | undefined {
  const parts = text.split(':');
  if (parts.length > 3) return undefined;
  if (parts.length === 3) {
    const [scheme = '', name = '', port = ''] = parts;
    return ['http', 'https', ''].includes(scheme) ? { name, port } : undefined;
  }
  const [name = '', port = ''] = parts;
  return { name, port };
}

function targetOf(resource: string, object: KubeObject, port: string): Failure | Target {
  if (resource === 'pods') return podTarget(object as Pod, port);
  return resource === 'nodes'
    ? nodeTarget(object as Node, port)
    : serviceTarget(object as Service, port);
}

/** The kubelet, where no port is named. */
function nodeTarget({ status }: Node, wanted: string): Failure | Target {
  const [address] = ['InternalIP', 'ExternalIP', 'Hostname'].flatMap(type =>
    (status?.addresses ?? []).filter(each => each.type === type),
  );
  if (address === undefined) {
    return failure(500, '', 'no preferred addresses found; known addresses: []');
  }
  const usual = status?.daemonEndpoints?.kubeletEndpoint?.Port ?? 10_250;
  return { host: address.address, port: wanted === '' ? usual : Number(wanted) };
}

function podTarget(pod: Pod, wanted: string): Failure | Target {
  const host = pod.status?.podIP ?? '';
  if (host === '') return badRequest('address not allowed');
  const ports = (pod.spec?.containers ?? []).map(({ ports }) => ports?.[0]?.containerPort);
  const first = ports.find(port => port !== undefined);
  return { host, port: wanted === '' ? (first ?? 80) : Number(wanted) };
}

function serviceTarget({ metadata, spec }: Service, wanted: string): Failure | Target {
  const { name = '', namespace = '' } = metadata;
  const ports = spec?.ports ?? [];
  const found =
    wanted === ''
      ? ports.find((port, _index, all) => all.length === 1 || (port.name ?? '') === '')
      : ports.find(port => port.name === wanted || String(port.port) === wanted);
  if (found === undefined) {
    return unavailable(`no service port ${JSON.stringify(wanted)} found for service "${name}"`);
  }
  return { host: `${name}.${namespace}.svc.cluster.local`, port: found.port };
}

/** All up to `/proxy`, which is what the pages of the program do not know of. */
function prefixOf(path: string, name: string): string {
  const marker = `/${encodeURI(name)}/proxy`;
  const raw = path.includes(marker) ? marker : `/${encodeURIComponent(name)}/proxy`;
  return path.slice(0, path.indexOf(raw) + raw.length);
}

/** A query alone is asked of the root. */
function rooted(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

function unavailable(message: string): Failure {
  return failure(503, 'ServiceUnavailable', message);
}
