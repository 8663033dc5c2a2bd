/** Metrics of no objects. @upstream pkg/external-provider/{provider,metric_converter}.go */
import { failure, internalError, plainError, type Failure } from '../../api/status.js';
import type { ExternalMetricQuery, ExternalMetricValue } from '../../metrics/external-metrics.js';
import type { ContainerContext } from '../workload.js';
import type { ListedSeries } from './lister.js';
import { milliQuantity } from './milli-quantity.js';
import type { Had, PrometheusClient, QueryResult } from './prometheus-client.js';
import { ExternalSeries } from './series-registry.js';

/** Answers for the external rules. */
export class ExternalProvider {
  private known: ExternalSeries;

  constructor(
    private readonly context: ContainerContext,
    private readonly client: PrometheusClient,
  ) {
    this.known = new ExternalSeries([], () => undefined);
  }

  /** Takes over what was listed. */
  learn(listed: readonly ListedSeries[]): void {
    this.known = new ExternalSeries(listed, line => this.context.log(line));
  }

  metrics(): readonly string[] {
    return this.known.metrics();
  }

  values(
    query: ExternalMetricQuery,
    done: (values: readonly ExternalMetricValue[] | Failure) => void,
  ): void {
    const { metric, namespace, selector } = query;
    const found = this.known.of(metric);
    if (found === undefined) return done(unknownMetric(query));
    const text = found.namer.query.ofSeries({ series: found.series, namespace, selector });
    if (typeof text === 'string') return this.client.query(text, had => done(this.valuesIn(had)));
    this.context.log(`unable to generate a query for the metric: ${text.error}`);
    return done(internalError('unable to fetch metrics'));
  }

  private valuesIn(had: Had<QueryResult>): readonly ExternalMetricValue[] | Failure {
    if ('error' in had) {
      this.context.log(`unable to fetch metrics from prometheus: ${had.error}`);
      return internalError('unable to fetch metrics');
    }
    const { type, samples } = had.value;
    if (type !== 'vector' && type !== 'scalar') {
      return plainError('encountered an unexpected query result type');
    }
    return samples.map(({ labels, timeMs, value }) => ({
      labels,
      timeMs,
      value: milliQuantity(value),
    }));
  }
}

/** Upstream names the resource of one namespace alone. */
function unknownMetric({ metric, namespace }: ExternalMetricQuery): Failure {
  const what = namespace === 'default' ? 'namespaces' : '';
  return failure(404, 'NotFound', `the server could not find the metric ${metric} for ${what}`);
}
