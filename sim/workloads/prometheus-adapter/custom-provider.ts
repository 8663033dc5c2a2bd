/** The metrics of objects. @upstream pkg/custom-provider/provider.go, custom-metrics-apiserver v1.30 pkg/provider/helpers */
import { isRecord } from '../../api/equality.js';
import { internalError, printedResource, type Failure } from '../../api/status.js';
import {
  metricNotFound,
  type CustomMetricInfo,
  type CustomMetricQuery,
  type CustomMetricValue,
} from '../../metrics/custom-metrics.js';
import type { ContainerContext } from '../workload.js';
import type { ListedSeries } from './lister.js';
import { milliQuantity } from './milli-quantity.js';
import type { PrometheusClient, Sample } from './prometheus-client.js';
import { messageOf, type MappedResource, type RestMapper } from './rest-mapper.js';
import { CustomSeries, type MetricSeries } from './series-registry.js';

type Done = (values: readonly CustomMetricValue[] | Failure) => void;

/** A metric that was found, with the resource that is meant. */
interface Found extends MetricSeries {
  readonly resource: MappedResource;
}

/** Answers for the rules of objects. */
export class CustomProvider {
  private known: CustomSeries;

  constructor(
    private readonly context: ContainerContext,
    private readonly client: PrometheusClient,
    private readonly mapper: RestMapper,
  ) {
    this.known = new CustomSeries([], () => undefined);
  }

  /** Takes over what was listed. */
  learn(listed: readonly ListedSeries[]): void {
    this.known = new CustomSeries(listed, line => this.context.log(line));
  }

  metrics(): readonly CustomMetricInfo[] {
    return this.known.metrics();
  }

  values(query: CustomMetricQuery, done: Done): void {
    if (query.name !== undefined) return this.ofNames(query, [query.name], done);
    return this.listNames(query, names => {
      if (!('error' in names)) return this.ofNames(query, names, done);
      this.context.log(`unable to list matching resource names: ${names.error}`);
      return done(internalError('unable to list matching resources'));
    });
  }

  /** With the adapter's own account. */
  private listNames(
    query: CustomMetricQuery,
    done: (names: readonly string[] | { readonly error: string }) => void,
  ): void {
    const found = this.mapper.resourceFor(query.resource);
    if ('error' in found) {
      const finding = 'unable to find preferred version to list matching resource names';
      return done({ error: `${finding}: ${found.error}` });
    }
    const { group, version, resource } = found;
    const api = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const within = query.isNamespaced ? `/namespaces/${query.namespace}` : '';
    const selector = encodeURIComponent(query.selector.toString());
    const asked = selector === '' ? '' : `?labelSelector=${selector}`;
    const path = `${api}${within}/${resource}${asked}`;
    return this.context.api({ method: 'GET', path }, answer => {
      const { status, body } = answer;
      if (status !== 200 || !isRecord(body)) return done({ error: messageOf(answer) });
      const items = (body['items'] ?? []) as readonly { metadata: { name?: string } }[];
      return done(items.map(({ metadata: { name = '' } }) => name));
    });
  }

  private ofNames(query: CustomMetricQuery, names: readonly string[], done: Done): void {
    const found = this.find(query, names);
    const text = found === undefined ? undefined : this.queryText(query, found, names);
    if (found === undefined || text === undefined) return done(unknownMetric(query));
    return this.client.query(text, had => {
      if (!('error' in had) && had.value.type === 'vector') {
        return done(this.valuesIn(query, found, names, had.value.samples));
      }
      this.context.log(
        'error' in had
          ? `unable to fetch metrics from prometheus: ${had.error}`
          : `unexpected results from prometheus: expected vector, got ${had.value.type} on results`,
      );
      // Upstream does not tell the user of how things are done.
      return done(internalError('unable to fetch metrics'));
    });
  }

  private find(query: CustomMetricQuery, names: readonly string[]): Found | undefined {
    const { context, mapper } = this;
    if (names.length === 0) {
      const what = `${printedResource(query.resource)}/${query.metric}${query.isNamespaced ? '(namespaced)' : ''}`;
      context.log(`no resource names requested while producing a query for metric ${what}`);
      return undefined;
    }
    const resource = mapper.resourceFor(query.resource);
    if ('error' in resource) {
      context.log(`unable to normalize group resource while producing a query: ${resource.error}`);
      return undefined;
    }
    const found = this.known.of({ ...query, resource });
    return found === undefined ? undefined : { ...found, resource };
  }

  private queryText(
    query: CustomMetricQuery,
    { series, namer, resource }: Found,
    names: readonly string[],
  ): string | undefined {
    const { namespace, metricSelector: selector } = query;
    const text = namer.query.ofObjects({ series, namespace, selector }, resource, names);
    if (typeof text === 'string') return text;
    const what = `${printedResource(resource)}/${query.metric}${query.isNamespaced ? '(namespaced)' : ''}`;
    this.context.log(`unable to construct query for metric ${what}: ${text.error}`);
    return undefined;
  }

  private valuesIn(
    query: CustomMetricQuery,
    { namer, resource }: Found,
    names: readonly string[],
    samples: readonly Sample[],
  ): readonly CustomMetricValue[] | Failure {
    const label = namer.converter.labelFor(resource);
    if (typeof label !== 'string') return unknownMetric(query);
    const byName = new Map(samples.map(({ labels, value }) => [labels?.[label] ?? '', value]));
    const { group, version, kind } = resource;
    const values = names.flatMap(name => {
      const value = byName.get(name);
      if (value === undefined) return [];
      const scope = query.namespace === '' ? {} : { namespace: query.namespace };
      // Upstream writes it so for the core group, too: `/v1`.
      const object = { kind, apiVersion: `${group}/${version}`, ...scope, name };
      const shown = Number.isNaN(value) ? '0' : milliQuantity(value);
      return [{ object, timeMs: this.context.clock.now(), value: shown }];
    });
    return query.name !== undefined && values.length === 0 ? metricNotFound(query) : values;
  }
}

/** Nothing of it is known at all. */
const unknownMetric = (query: CustomMetricQuery): Failure =>
  metricNotFound({ ...query, name: undefined });
