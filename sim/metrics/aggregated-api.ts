/** An API group that is served beside the API server's own: what requests say, and answers. */
import { matchesFields, parseFieldSelector } from '../api/field-selectors.js';
import type { ObjectMeta } from '../api/kinds/meta.js';
import type { ApiAnswer, ApiRequest, Connection } from '../api/request.js';
import { parseSelector, type Selector } from '../api/selectors.js';
import { badRequest, isFailure, methodNotAllowed, type Failure } from '../api/status.js';

/** What the API server is given to hand requests to: its `AggregatedApi`. */
export interface MetricsApi {
  /** What discovery tells. */
  readonly resources: readonly Readonly<Record<string, unknown>>[];
  serve(request: ApiRequest, connection: Connection): ApiAnswer;
}

/** What a request asks for. */
export interface MetricsRequest {
  readonly method: ApiRequest['method'];
  /** '' for cluster-scoped requests and those over all namespaces. */
  readonly namespace: string;
  /** The segments of the path after the namespace. */
  readonly segments: readonly string[];
  readonly accept: string;
  parameter(name: string): string;
}

/** The answer while nobody is ready to serve the API: the aggregator's, which is no Status. */
export const unavailable = 'service unavailable\n';

/** An API whose requests are answered with a body or a failure. */
export function metricsApi(
  resources: () => MetricsApi['resources'],
  answer: (request: MetricsRequest) => unknown,
): MetricsApi {
  return new AnsweringApi(resources, answer);
}

class AnsweringApi implements MetricsApi {
  constructor(
    private readonly told: () => MetricsApi['resources'],
    private readonly answer: (request: MetricsRequest) => unknown,
  ) {}

  get resources(): MetricsApi['resources'] {
    return this.told();
  }

  serve(request: ApiRequest): ApiAnswer {
    const read = readRequest(request);
    const body = isRead(read) ? this.answer(read) : methodNotAllowed();
    if (body === unavailable) {
      return { status: 503, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
    }
    return {
      status: isFailure(body) ? body.code : 200,
      headers: { 'content-type': 'application/json' },
      body,
    };
  }
}

function isRead({ method }: MetricsRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** The plain requests that were read, by their path: autoscalers ask the same every 15 seconds. */
const requestsRead = new Map<string, MetricsRequest>();
const requestsReadMax = 256;

/** What a request says. */
export function readRequest(request: ApiRequest): MetricsRequest {
  if (request.method !== 'GET' || request.headers !== undefined) return readAnew(request);
  const { path } = request;
  let read = requestsRead.get(path);
  if (read === undefined) {
    read = readAnew(request);
    if (requestsRead.size >= requestsReadMax) requestsRead.clear();
    requestsRead.set(path, read);
  }
  return read;
}

/** Reads `/apis/<group>/<version>[/namespaces/<namespace>]/...?...`. */
function readAnew({ method, path, headers }: ApiRequest): MetricsRequest {
  const [route = '', query = ''] = path.split('?', 2);
  const segments = route.split('/').filter(Boolean).slice(3).map(decodeURIComponent);
  const parameters = new URLSearchParams(query);
  const isNamespaced = segments[0] === 'namespaces' && segments.length > 2;
  return {
    method,
    namespace: isNamespaced ? (segments[1] ?? '') : '',
    segments: isNamespaced ? segments.slice(2) : segments,
    accept: headers?.['accept'] ?? '',
    parameter: name => parameters.get(name) ?? '',
  };
}

/** The label selector of that parameter, or what is wrong with it. */
export function selectorIn(request: MetricsRequest, parameter: string): Selector | Failure {
  const parsed = parseSelector(request.parameter(parameter));
  return parsed.isOk ? parsed.value : badRequest(parsed.error);
}

/** Tells which objects the request's label and field selectors are about. */
export function selectionIn(
  request: MetricsRequest,
): ((metadata: ObjectMeta) => boolean) | Failure {
  const labels = selectorIn(request, 'labelSelector');
  if (isFailure(labels)) return labels;
  const fields = parseFieldSelector(request.parameter('fieldSelector'));
  if (!fields.isOk) return badRequest(fields.error);
  return ({ name = '', namespace = '', labels: own }) =>
    labels.matches(own) &&
    matchesFields(fields.value, field => {
      if (field === 'metadata.name') return name;
      return field === 'metadata.namespace' ? namespace : '';
    });
}
