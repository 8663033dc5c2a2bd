/**
 * custom.metrics.k8s.io: metrics of objects, from whoever has them.
 * @upstream kubernetes-sigs/custom-metrics-apiserver pkg/registry/custom_metrics/reststorage.go
 */
import { quantity } from '../api/quantity.js';
import type { Selector } from '../api/selectors.js';
import {
  badRequest,
  failure,
  isFailure,
  printedResource,
  type Failure,
  type GroupResource,
} from '../api/status.js';
import { rfc3339 } from '../api/time.js';
import { metricsApi, selectorIn, type MetricsApi, type MetricsRequest } from './aggregated-api.js';

/** A metric that a provider knows. */
export interface CustomMetricInfo {
  readonly resource: GroupResource;
  readonly isNamespaced: boolean;
  readonly metric: string;
}

/** What is asked for: the metric of one object, or of all that the selector takes. */
export interface CustomMetricQuery extends CustomMetricInfo {
  readonly namespace: string;
  readonly name: string | undefined;
  readonly selector: Selector;
  readonly metricSelector: Selector;
}

/** The metric of one object. */
export interface CustomMetricValue {
  readonly object: {
    readonly kind: string;
    readonly apiVersion: string;
    readonly namespace?: string;
    readonly name: string;
  };
  readonly timeMs: number;
  readonly windowSeconds?: number;
  /** A quantity. */
  readonly value: string;
}

/** Who has the metrics: an adapter of Prometheus, a test. */
export interface CustomMetricsProvider {
  metrics(): readonly CustomMetricInfo[];
  values(query: CustomMetricQuery): readonly CustomMetricValue[] | Failure;
}

/** The API of a version, for the API server's `aggregated['custom.metrics.k8s.io/<version>']`. */
export function customMetricsApi(
  provider: CustomMetricsProvider,
  version: 'v1beta1' | 'v1beta2' = 'v1beta2',
): MetricsApi {
  const resources = () => customMetricResources(provider.metrics());
  return metricsApi(resources, request => {
    const query = customQueryOf(request);
    if (isFailure(query)) return query;
    const values = provider.values(query);
    if (isFailure(values)) return values;
    if (query.name !== undefined && values.length === 0) return metricNotFound(query);
    return customMetricList(values, query, version);
  });
}

/** What discovery tells of metrics. */
export function customMetricResources(
  metrics: readonly CustomMetricInfo[],
): MetricsApi['resources'] {
  return metrics.map(({ resource, isNamespaced, metric }) => ({
    name: `${printedResource(resource)}/${metric}`,
    singularName: '',
    namespaced: isNamespaced,
    kind: 'MetricValueList',
    verbs: ['get'],
  }));
}

/** A MetricValueList. */
export function customMetricList(
  values: readonly CustomMetricValue[],
  query: CustomMetricQuery,
  version: 'v1beta1' | 'v1beta2',
): object {
  const apiVersion = `custom.metrics.k8s.io/${version}`;
  const items = values.map(value => shownValue(value, query, version));
  return { kind: 'MetricValueList', apiVersion, metadata: {}, items };
}

/** What a provider answers when it does not know the metric. */
export function metricNotFound({
  resource,
  metric,
  name,
}: Pick<CustomMetricQuery, 'resource' | 'metric' | 'name'>): Failure {
  const what = printedResource(resource) + (name === undefined ? '' : ` ${name}`);
  return failure(404, 'NotFound', `the server could not find the metric ${metric} for ${what}`);
}

/** `<resource>/<name>/<metric>`; `namespaces/<namespace>/metrics/<metric>` is about the namespace itself. */
export function customQueryOf(request: MetricsRequest): CustomMetricQuery | Failure {
  const selector = selectorIn(request, 'labelSelector');
  if (isFailure(selector)) return selector;
  const metricSelector = selectorIn(request, 'metricLabelSelector');
  if (isFailure(metricSelector)) return metricSelector;
  const { namespace, segments } = request;
  const [resource = '', name = '', metric = ''] = segments;
  const common = { selector, metricSelector };
  if (namespace !== '' && resource === 'metrics' && segments.length === 2) {
    const namespaces = { group: '', resource: 'namespaces' };
    return { ...common, ...rootScope, resource: namespaces, name: namespace, metric: name };
  }
  if (segments.length !== 3) return badRequest('invalid request path');
  const scope = namespace === '' ? rootScope : { isNamespaced: true, namespace };
  const only = name === '*' ? undefined : name;
  return { ...common, ...scope, resource: groupResource(resource), name: only, metric };
}

const rootScope = { isNamespaced: false, namespace: '' };

/** `deployments.apps`. */
function groupResource(text: string): GroupResource {
  const dot = text.indexOf('.');
  if (dot < 0) return { group: '', resource: text };
  return { group: text.slice(dot + 1), resource: text.slice(0, dot) };
}

function shownValue(
  { object, timeMs, windowSeconds, value }: CustomMetricValue,
  { metric, metricSelector }: CustomMetricQuery,
  version: 'v1beta1' | 'v1beta2',
): unknown {
  const { kind, namespace, name, apiVersion } = object;
  const selector = metricSelector.isEmpty ? null : labelSelectorOf(metricSelector);
  const isOld = version === 'v1beta1';
  return {
    describedObject: { kind, ...(namespace !== undefined && { namespace }), name, apiVersion },
    ...(isOld ? { metricName: metric } : { metric: { name: metric, selector } }),
    timestamp: rfc3339(timeMs),
    ...(windowSeconds !== undefined && { [isOld ? 'window' : 'windowSeconds']: windowSeconds }),
    value: quantity(value).toString(),
    ...(isOld && { selector }),
  };
}

const expressionOperators: Readonly<Record<string, string>> = {
  in: 'In',
  notin: 'NotIn',
  '!=': 'NotIn',
  exists: 'Exists',
  '!': 'DoesNotExist',
};

function labelSelectorOf({ requirements }: Selector): unknown {
  const matchLabels: Record<string, string> = {};
  const matchExpressions: unknown[] = [];
  for (const { key, operator, values } of requirements) {
    const [value = ''] = values;
    const named = expressionOperators[operator];
    if (named === undefined) matchLabels[key] = value;
    else matchExpressions.push({ key, operator: named, ...(values.length > 0 && { values }) });
  }
  return {
    ...(Object.keys(matchLabels).length > 0 && { matchLabels }),
    ...(matchExpressions.length > 0 && { matchExpressions }),
  };
}
