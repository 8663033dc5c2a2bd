/**
 * external.metrics.k8s.io/v1beta1: metrics of nothing in the cluster, from whoever has them.
 * @upstream kubernetes-sigs/custom-metrics-apiserver pkg/registry/external_metrics/reststorage.go
 */
import { quantity } from '../api/quantity.js';
import type { Selector } from '../api/selectors.js';
import { badRequest, isFailure, type Failure } from '../api/status.js';
import { rfc3339 } from '../api/time.js';
import { metricsApi, selectorIn, type MetricsApi, type MetricsRequest } from './aggregated-api.js';

/** What is asked for: the metric's series whose labels the selector takes. */
export interface ExternalMetricQuery {
  readonly namespace: string;
  readonly metric: string;
  readonly selector: Selector;
}

/** One series of a metric. */
export interface ExternalMetricValue {
  /** Null: it is a plain number. */
  readonly labels: Readonly<Record<string, string>> | null;
  readonly timeMs: number;
  readonly windowSeconds?: number;
  /** A quantity. */
  readonly value: string;
}

/** Who has the metrics. */
export interface ExternalMetricsProvider {
  /** Their names. */
  metrics(): readonly string[];
  values(query: ExternalMetricQuery): readonly ExternalMetricValue[] | Failure;
}

/** The API, for the API server's `aggregated['external.metrics.k8s.io/v1beta1']`. */
export function externalMetricsApi(provider: ExternalMetricsProvider): MetricsApi {
  const resources = () => externalMetricResources(provider.metrics());
  return metricsApi(resources, request => {
    const query = externalQueryOf(request);
    if (isFailure(query)) return query;
    const values = provider.values(query);
    return isFailure(values) ? values : externalMetricList(query.metric, values);
  });
}

/** What discovery tells of metrics. */
export function externalMetricResources(names: readonly string[]): MetricsApi['resources'] {
  return names.map(name => ({
    name,
    singularName: '',
    namespaced: true,
    kind: 'ExternalMetricValueList',
    verbs: ['get'],
  }));
}

/** What a request asks for. */
export function externalQueryOf(request: MetricsRequest): ExternalMetricQuery | Failure {
  const [metric = '', ...rest] = request.segments;
  if (metric === '' || rest.length > 0) return badRequest('invalid request path');
  const selector = selectorIn(request, 'labelSelector');
  if (isFailure(selector)) return selector;
  return { namespace: request.namespace, metric, selector };
}

/** An ExternalMetricValueList. */
export function externalMetricList(metric: string, values: readonly ExternalMetricValue[]): object {
  return {
    kind: 'ExternalMetricValueList',
    apiVersion: 'external.metrics.k8s.io/v1beta1',
    metadata: {},
    items: values.map(({ labels, timeMs, windowSeconds, value }) => ({
      metricName: metric,
      metricLabels: labels,
      timestamp: rfc3339(timeMs),
      ...(windowSeconds !== undefined && { window: windowSeconds }),
      value: quantity(value).toString(),
    })),
  };
}
