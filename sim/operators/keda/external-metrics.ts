/** Serves external.metrics.k8s.io from the scalers. @upstream kedacore/keda v2.20.2 pkg/provider/provider.go, pkg/scaling/scale_handler.go GetScaledObjectMetrics */
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import { parseSelector } from '../../api/selectors.js';
import { badRequest, methodNotAllowed, plainError, type Failure } from '../../api/status.js';
import { rfc3339 } from '../../api/time.js';
import type { Reconciliation } from '../../client/contract.js';
import { keys } from './annotations.js';
import { FallbackJudge } from './fallback.js';
import { scalableKey, type OperatorState } from './operator-state.js';
import type { BuiltScaler } from './scaler-caches.js';
import type { Reading } from './scalers/scaler.js';
import { scaledObjects, type ScaledObject } from './types.js';

/** The API. */
export const externalMetricsVersion = 'external.metrics.k8s.io/v1beta1';

/** The word before the keys of requests in the queue. */
export const metricWord = 'metric ';

/** The answer of a process that ends. */
const ended = plainError('rpc error: code = Unavailable desc = error reading from server: EOF');

interface Waiting {
  readonly request: ApiRequest;
  readonly done: (answer: ApiAnswer) => void;
}

/** The requests that wait for their answer, by number. */
export class ExternalMetrics {
  private readonly waiting = new Map<string, Waiting>();
  private count = 0;

  constructor(private readonly state: OperatorState) {}

  /** Takes a request, which is answered from the queue. */
  take(request: ApiRequest, done: (answer: ApiAnswer) => void): void {
    const id = String(this.count++);
    this.waiting.set(id, { request, done });
    this.state.context.queue.add(metricWord + id);
  }

  /** Answers one. */
  *answer(id: string): Reconciliation<void> {
    const waiting = this.waiting.get(id);
    if (waiting === undefined) return;
    const body = yield* this.bodyFor(waiting.request);
    this.waiting.delete(id);
    waiting.done(answerWith(body));
  }

  /** The process ends. */
  end(): void {
    for (const { done } of this.waiting.values()) done(answerWith(ended));
    this.waiting.clear();
  }

  private *bodyFor(request: ApiRequest): Reconciliation<object> {
    if (request.method !== 'GET') return methodNotAllowed();
    const { pathname, searchParams } = new URL(request.path, 'https://keda');
    const [, namespace = '', metric = ''] = /\/namespaces\/([^/]+)\/([^/]+)$/.exec(pathname) ?? [];
    if (metric === '') return badRequest('invalid request path');
    const selector = parseSelector(searchParams.get('labelSelector') ?? '');
    if (!selector.isOk) return badRequest(selector.error);
    const named = selector.value.requirements.find(({ key }) => key === keys.owner);
    const [name = ''] = named?.values ?? [];
    if (name === '') return plainError('scaledObject name is not specified');
    const of = { namespace, name, metric: decodeURIComponent(metric) };
    const value = yield* this.value(of);
    if (typeof value !== 'string') return failed(value.error);
    const timestamp = rfc3339(this.state.context.clock.now());
    return {
      kind: 'ExternalMetricValueList',
      apiVersion: externalMetricsVersion,
      metadata: {},
      items: [{ metricName: of.metric, metricLabels: null, timestamp, value }],
    };
  }

  private *value(of: {
    readonly namespace: string;
    readonly name: string;
    readonly metric: string;
  }): Reconciliation<string | { readonly error: string }> {
    const { caches, context } = this.state;
    const { namespace, name, metric } = of;
    const object = context.view.get(scaledObjects, namespace, name);
    if (object === undefined) {
      return { error: `error getting scalers ScaledObject.keda.sh "${name}" not found` };
    }
    const built = yield* caches.of({ kind: 'ScaledObject', object });
    if ('error' in built) return { error: `error getting scalers ${built.error}` };
    const one = built.find(({ scaler }) => scaler.spec.external?.metric.name === metric);
    if (one === undefined) return { error: `no matching metrics found for ${metric}` };
    const reading = yield* this.reading(object, one, metric);
    const judged = yield* new FallbackJudge(object, context.view).judge(one.scaler.spec, reading);
    if (!('error' in judged)) return judged.value;
    caches.clear(scalableKey('ScaledObject', object));
    return { error: `metric:${metric} encountered error` };
  }

  private *reading(
    object: ScaledObject,
    one: BuiltScaler,
    metric: string,
  ): Reconciliation<Reading> {
    const records = this.state.records.get(scalableKey('ScaledObject', object));
    const record = one.trigger.useCachedMetrics === true ? records?.get(metric) : undefined;
    return record?.reading ?? (yield* this.state.caches.read(one));
  }
}

/** The operator tells its metrics server of errors over gRPC. */
function failed(error: string): Failure {
  const text = `error when getting metric values ${error}`;
  return plainError(`rpc error: code = Unknown desc = ${text}`);
}

function answerWith(body: object): ApiAnswer {
  const status = 'code' in body && typeof body.code === 'number' ? body.code : 200;
  return { status, headers: { 'content-type': 'application/json' }, body };
}
