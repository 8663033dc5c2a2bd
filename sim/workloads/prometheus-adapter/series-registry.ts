/** Which metrics there are, and which series is behind each. @upstream pkg/custom-provider/series_registry.go, pkg/external-provider/external_series_registry.go */
import { compareText, goQuote } from '../../api/go-text.js';
import { printedResource } from '../../api/status.js';
import type { CustomMetricInfo } from '../../metrics/custom-metrics.js';
import type { ListedSeries } from './lister.js';
import type { Namer } from './namer.js';
import type { Series } from './prometheus-client.js';
import { isUnscoped } from './resource-converter.js';

/** The series behind a metric. */
export interface MetricSeries {
  readonly series: string;
  readonly namer: Namer;
}

type Log = (line: string) => void;

/** Metrics of objects. */
export class CustomSeries {
  private readonly found = new Map<string, MetricSeries & { readonly info: CustomMetricInfo }>();

  constructor(listed: readonly ListedSeries[], log: Log) {
    eachMetric(listed, log, (metric, { name, labels }, namer) => {
      // Upstream has taken the name out of the labels, too.
      const { resources, isNamespaced } = namer.converter.resourcesOf(Object.keys(labels));
      for (const resource of resources) {
        const info = { resource, isNamespaced: isNamespaced && !isUnscoped(resource), metric };
        this.found.set(keyOf(info), { series: name, namer, info });
      }
    });
  }

  /** In the order of their names; upstream's is another each time. */
  metrics(): readonly CustomMetricInfo[] {
    return [...this.found].sort(([a], [b]) => compareText(a, b)).map(([, { info }]) => info);
  }

  of(info: CustomMetricInfo): MetricSeries | undefined {
    return this.found.get(keyOf(info));
  }
}

const keyOf = ({ resource, isNamespaced, metric }: CustomMetricInfo): string =>
  `${printedResource(resource)}/${metric}${isNamespaced ? '(namespaced)' : ''}`;

/** Metrics of no objects. */
export class ExternalSeries {
  private readonly found = new Map<string, MetricSeries>();

  constructor(listed: readonly ListedSeries[], log: Log) {
    eachMetric(listed, log, (metric, { name }, namer) => {
      this.found.set(metric, { series: name, namer });
    });
  }

  metrics(): readonly string[] {
    return [...this.found.keys()].sort(compareText);
  }

  of(metric: string): MetricSeries | undefined {
    return this.found.get(metric);
  }
}

function eachMetric(
  listed: readonly ListedSeries[],
  log: Log,
  take: (metric: string, series: Series, namer: Namer) => void,
): void {
  for (const { namer, series } of listed) {
    for (const one of series) {
      const metric = namer.metricOf(one);
      if (typeof metric === 'string') take(metric, one, namer);
      else log(`unable to name series ${goQuote(seriesText(one))}, skipping: ${metric.error}`);
    }
  }
}

function seriesText({ name, labels }: Series): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${goQuote(value)}`);
  return `${name}{${pairs.join(',')}}`;
}
