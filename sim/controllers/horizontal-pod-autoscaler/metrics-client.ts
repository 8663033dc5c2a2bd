/**
 * Asks the metrics APIs, as the autoscaler does.
 * @upstream pkg/controller/podautoscaler/metrics/client.go
 */
import type { CrossVersionObjectReference } from '../../api/kinds/autoscaling.js';
import { parseDuration } from '../../api/duration.js';
import { timeMs } from '../../api/time.js';
import type { Reconciliation } from '../../client/contract.js';
import { call } from '../../client/requests.js';
import type { RestMapper } from '../control/rest-mapper.js';
import { milliOf } from './milli.js';
import { serverErrorText } from './server-error.js';
import type { PodMetric, PodMetrics } from './usage.js';

/** What was asked for, or why it could not be had. */
export type Fetched<T> = { readonly value: T } | { readonly error: string };

/** The use of a resource by each pod, or by one container of each. */
export function* resourceMetrics(of: {
  readonly namespace: string;
  readonly selector: string;
  readonly resource: string;
  readonly container: string;
}): Reconciliation<Fetched<PodMetrics>> {
  const api = 'resource metrics API';
  const path = podsPath(of.namespace, of.selector);
  const answer = yield* call<ItemList<ResourceItem>>({ method: 'GET', path });
  if (!answer.isOk) return failed(api, serverErrorText(answer, 'get pods.metrics.k8s.io'));
  const items = answer.object.items ?? [];
  if (items.length === 0) return { error: `no metrics returned from ${api}` };
  const metrics = new Map<string, PodMetric>();
  for (const item of items) {
    const value = valueOf(item, of.resource, of.container);
    if (value !== undefined) metrics.set(item.metadata.name, new ResourceSample(item, value));
  }
  return { value: metrics };
}

/** Autoscalers ask for the same pods every 15 seconds. */
const podsPaths = new Map<string, string>();
const podsPathsMax = 256;

function podsPath(namespace: string, selector: string): string {
  const key = `${namespace} ${selector}`;
  let path = podsPaths.get(key);
  if (path === undefined) {
    const query = queryText({ labelSelector: selector });
    path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods${query}`;
    if (podsPaths.size >= podsPathsMax) podsPaths.clear();
    podsPaths.set(key, path);
  }
  return path;
}

/** A custom metric of each pod. */
export function* podsMetrics(
  mapper: RestMapper,
  of: {
    readonly namespace: string;
    readonly selector: string;
    readonly metric: string;
    readonly metricSelector: string;
  },
): Reconciliation<Fetched<PodMetrics>> {
  const { selector: labelSelector, metricSelector: metricLabelSelector } = of;
  const answer = yield* customMetrics(
    mapper,
    `namespaces/${of.namespace}/pods/*/${of.metric}`,
    queryText({ labelSelector, metricLabelSelector }),
  );
  if ('error' in answer) return answer;
  if (answer.value.length === 0) return { error: `no metrics returned from ${customApi}` };
  const metrics = new Map<string, PodMetric>();
  for (const item of answer.value) {
    const seconds = item.windowSeconds ?? item.window;
    metrics.set(item.describedObject.name, {
      timestampMs: timeMs(item.timestamp) ?? -Infinity,
      windowMs: seconds === undefined ? defaultWindowMs : seconds * 1000,
      value: milliOf(item.value),
    });
  }
  return { value: metrics };
}

/** A metric, and the object that it is of. */
interface ObjectMetric {
  readonly namespace: string;
  readonly object: CrossVersionObjectReference;
  readonly metric: string;
  readonly metricSelector: string;
}

/** A custom metric of one object. */
export function* objectMetric(
  mapper: RestMapper,
  of: ObjectMetric,
): Reconciliation<Fetched<bigint>> {
  const api = yield* customMetricsVersion(mapper);
  if ('error' in api) return api;
  const path = yield* objectPath(mapper, of);
  if ('error' in path) return path;
  const query = queryText({ metricLabelSelector: of.metricSelector });
  const answer = yield* askCustomMetrics(api.value, path.value, query);
  if ('error' in answer) return answer;
  const [item] = answer.value;
  if (item === undefined || answer.value.length !== 1) {
    return failed(
      customApi,
      `the custom metrics API server returned ${answer.value.length} results when we asked for exactly one`,
    );
  }
  return { value: milliOf(item.value) };
}

function* objectPath(mapper: RestMapper, of: ObjectMetric): Reconciliation<Fetched<string>> {
  const { apiVersion = '', kind, name } = of.object;
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  if (kind === 'Namespace' && group === '') {
    return { value: `namespaces/${of.namespace}/metrics/${of.metric}` };
  }
  const found = yield* mapper.resourcesOf(group, kind);
  if ('error' in found) {
    const printed = group === '' ? kind : `${kind}.${group}`;
    return failed(customApi, `unable to map kind ${printed} to resource: ${found.error}`);
  }
  const resource = found[0]?.resource ?? '';
  const qualified = group === '' ? resource : `${resource}.${group}`;
  return { value: `namespaces/${of.namespace}/${qualified}/${name}/${of.metric}` };
}

/** The values of an external metric. */
export function* externalMetric(of: {
  readonly namespace: string;
  readonly metric: string;
  readonly metricSelector: string;
}): Reconciliation<Fetched<readonly bigint[]>> {
  const api = 'external metrics API';
  const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${of.namespace}/${of.metric}`;
  const query = queryText({ labelSelector: of.metricSelector });
  const answer = yield* call<ItemList<ValueItem>>({ method: 'GET', path: path + query });
  if (!answer.isOk) {
    return failed(api, serverErrorText(answer, `get ${of.metric}.external.metrics.k8s.io`));
  }
  const items = answer.object.items ?? [];
  if (items.length === 0) return { error: `no metrics returned from ${api}` };
  return { value: items.map(item => milliOf(item.value)) };
}

function* customMetrics(
  mapper: RestMapper,
  path: string,
  query: string,
): Reconciliation<Fetched<readonly CustomItem[]>> {
  const api = yield* customMetricsVersion(mapper);
  return 'error' in api ? api : yield* askCustomMetrics(api.value, path, query);
}

/** Which version is served is asked before anything else. @upstream k8s.io/metrics multi_client.go */
function* customMetricsVersion(mapper: RestMapper): Reconciliation<Fetched<string>> {
  const versions = yield* mapper.versionsOf(customGroup);
  const value = ['v1beta2', 'v1beta1'].find(known => versions.includes(known));
  if (value !== undefined) return { value };
  return failed(customApi, `no custom metrics API (${customGroup}) registered`);
}

function* askCustomMetrics(
  version: string,
  path: string,
  query: string,
): Reconciliation<Fetched<readonly CustomItem[]>> {
  const answer = yield* call<ItemList<CustomItem>>({
    method: 'GET',
    path: `/apis/${customGroup}/${version}/${path}${query}`,
  });
  if (!answer.isOk) {
    const [, , resource, name] = path.split('/');
    return failed(customApi, serverErrorText(answer, `get ${resource}.${customGroup} ${name}`));
  }
  return { value: answer.object.items ?? [] };
}

function valueOf(item: ResourceItem, resource: string, container: string): bigint | undefined {
  const { containers = [] } = item;
  if (container !== '') {
    const usage = containers.find(({ name }) => name === container)?.usage[resource];
    return usage === undefined ? undefined : milliOf(usage);
  }
  if (containers.length === 0) return undefined;
  let sum = 0n;
  for (const { usage } of containers) {
    const value = usage[resource];
    if (value === undefined) return undefined;
    sum += milliOf(value);
  }
  return sum;
}

/** A sample of which the times are read when somebody looks at them: only young pods' are. */
class ResourceSample implements PodMetric {
  constructor(
    private readonly item: ResourceItem,
    readonly value: bigint,
  ) {}

  get timestampMs(): number {
    return timeMs(this.item.timestamp) ?? -Infinity;
  }

  get windowMs(): number {
    const window = parseDuration(this.item.window ?? '0s');
    return window.isOk ? window.value / 1e6 : 0;
  }
}

function failed(api: string, error: string): { readonly error: string } {
  return { error: `unable to fetch metrics from ${api}: ${error}` };
}

function queryText(query: Readonly<Record<string, string>>): string {
  const kept = Object.entries(query).filter(([, value]) => value !== '');
  const text = new URLSearchParams(kept).toString();
  return text === '' ? '' : `?${text}`;
}

const customApi = 'custom metrics API';
const customGroup = 'custom.metrics.k8s.io';
const defaultWindowMs = 60_000;

interface ItemList<T> {
  readonly items?: readonly T[];
}

interface ResourceItem {
  readonly metadata: { readonly name: string };
  readonly timestamp?: string;
  readonly window?: string;
  readonly containers?: readonly {
    readonly name: string;
    readonly usage: Readonly<Record<string, string>>;
  }[];
}

interface ValueItem {
  readonly value: string;
}

interface CustomItem extends ValueItem {
  readonly describedObject: { readonly name: string };
  readonly timestamp?: string;
  /** v1beta2. */
  readonly windowSeconds?: number;
  /** v1beta1. */
  readonly window?: number;
}
