/**
 * What pods use of their GPUs, as autoscalers see it: dcgm-exporter reads the driver every so often,
 * Prometheus scrapes the exporter, and prometheus-adapter answers custom.metrics.k8s.io with the average
 * over the GPUs of a pod. What is served is as old as these three make it.
 *
 * Source: NVIDIA/dcgm-exporter (DCGM_EXPORTER_INTERVAL, default 30,000 ms; etc/default-counters.csv),
 * Prometheus' scrape_interval (kube-prometheus: 30 s, the GPU operator's ServiceMonitor: 15 s),
 * kubernetes-sigs/prometheus-adapter docs/config.md. A series whose pod is gone is no longer served
 * after the adapter's default query window, five minutes at most: here with the next scrape.
 */
import { nodes, pods } from '../api/kinds/core.js';
import type { GpuReading, NodeEndpoints } from '../api/node-endpoint.js';
import type { KubeObject } from '../api/object.js';
import {
  serviceAccount,
  type ControllerContext,
  type ProcessDefinition,
} from '../client/contract.js';
import { neverQueued } from '../client/never-queued.js';
import { watch } from '../client/requests.js';
import type { Timer } from '../engine/clock.js';
import type { MetricsApi } from './aggregated-api.js';
import {
  customMetricsApi,
  metricNotFound,
  type CustomMetricQuery,
  type CustomMetricValue,
} from './custom-metrics.js';
import { gpuMetricsManifests } from './gpu-metrics-manifests.js';

/** The gauge that is served: percent of time in which the GPU was busy. */
export const gpuUtilizationMetric = 'DCGM_FI_DEV_GPU_UTIL';

/** What it is made from. */
export interface GpuMetricsOptions {
  readonly nodes: NodeEndpoints;
  /** How often the exporter reads the driver. Default 30 s, as dcgm-exporter. */
  readonly collectMs?: number;
  /** How often Prometheus scrapes the exporter. Default 15 s, as the GPU operator's ServiceMonitor. */
  readonly scrapeMs?: number;
}

/** It fits an `Operator`, and has an API for `aggregated['custom.metrics.k8s.io/v1beta1']`. */
export interface GpuMetrics {
  readonly name: string;
  readonly models: string;
  manifests(): readonly KubeObject[];
  readonly process: ProcessDefinition;
  readonly api: MetricsApi;
}

interface Sample {
  readonly timeMs: number;
  readonly value: number;
}

/** A pod's samples of a scrape, by `namespace/name`. */
type Samples = ReadonlyMap<string, Sample>;

const name = 'prometheus-adapter';
const podsResource = { group: '', resource: 'pods' } as const;

/** Makes it. Nothing is served until the first scrape. */
export function createGpuMetrics({
  nodes: endpoints,
  collectMs = 30_000,
  scrapeMs = 15_000,
}: GpuMetricsOptions): GpuMetrics {
  let running: { readonly context: ControllerContext; readonly pipeline: Pipeline } | undefined;
  const create = (context: ControllerContext) => {
    const pipeline = new Pipeline(context, { endpoints, collectMs, scrapeMs });
    return {
      watches: [watch(nodes), watch(pods)],
      start() {
        running = { context, pipeline };
        pipeline.start();
      },
      stop() {
        running = undefined;
        pipeline.stop();
      },
      reconcile: neverQueued,
    };
  };
  const values = (query: CustomMetricQuery) => {
    const isKnown = query.metric === gpuUtilizationMetric && query.resource.resource === 'pods';
    if (!isKnown || running === undefined) return metricNotFound(query);
    return valuesOf(query, running.context, running.pipeline.scraped);
  };
  return {
    name,
    models: 'NVIDIA/dcgm-exporter 4 behind Prometheus and prometheus-adapter v0.12',
    manifests: () => gpuMetricsManifests,
    process: {
      name,
      identity: serviceAccount('monitoring', name),
      controllers: [{ name, create }],
    },
    api: customMetricsApi(
      {
        metrics: () => [
          { resource: podsResource, isNamespaced: true, metric: gpuUtilizationMetric },
        ],
        values,
      },
      'v1beta1',
    ),
  };
}

function valuesOf(
  { namespace, name: wanted, selector }: CustomMetricQuery,
  { view }: ControllerContext,
  scraped: Samples,
): readonly CustomMetricValue[] {
  return view
    .list(pods, namespace === '' ? undefined : namespace)
    .filter(({ metadata }) => wanted === undefined || metadata.name === wanted)
    .filter(({ metadata }) => selector.matches(metadata.labels ?? {}))
    .flatMap(({ metadata }) => {
      const own = { namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
      const sample = scraped.get(`${own.namespace}/${own.name}`);
      if (sample === undefined) return [];
      const object = { kind: 'Pod', apiVersion: 'v1', ...own };
      return [{ object, timeMs: sample.timeMs, value: `${Math.round(sample.value * 1000)}m` }];
    });
}

/** The exporters of all nodes and the Prometheus that scrapes them, each in its own rhythm. */
class Pipeline {
  scraped: Samples = new Map();
  private readonly exported = new Map<string, readonly GpuReading[]>();
  private readonly timers = new Map<string, Timer>();

  constructor(
    private readonly context: ControllerContext,
    private readonly of: {
      readonly endpoints: NodeEndpoints;
      readonly collectMs: number;
      readonly scrapeMs: number;
    },
  ) {}

  start(): void {
    this.every(this.of.collectMs, 'dcgm-exporter/collect', () => this.collect());
    this.every(this.of.scrapeMs, 'prometheus/scrape', () => this.scrape());
  }

  stop(): void {
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
  }

  private collect(): void {
    this.exported.clear();
    for (const { metadata } of this.context.view.list(nodes)) {
      const readings = this.of.endpoints(metadata.name ?? '')?.gpus() ?? [];
      if (readings.length > 0) this.exported.set(metadata.name ?? '', readings);
    }
  }

  /** The mean over the GPUs of each pod, in percent, as `avg by (namespace, pod)` gives it. */
  private scrape(): void {
    const timeMs = this.context.clock.now();
    const sums = new Map<string, { sum: number; count: number }>();
    for (const readings of this.exported.values()) {
      for (const { holder, utilization } of readings) {
        if (holder === undefined) continue;
        const key = `${holder.namespace}/${holder.pod}`;
        const entry = sums.get(key) ?? { sum: 0, count: 0 };
        entry.sum += Math.round(utilization * 100);
        entry.count++;
        sums.set(key, entry);
      }
    }
    this.scraped = new Map(
      [...sums].map(([key, { sum, count }]) => [key, { timeMs, value: sum / count }]),
    );
  }

  /** The first round comes at a random moment of the interval, as with real targets. */
  private every(intervalMs: number, label: string, action: () => void): void {
    const again = (delayMs: number): void => {
      const timer = this.context.clock.after(delayMs, label, () => {
        action();
        again(intervalMs);
      });
      this.timers.set(label, timer);
    };
    again(this.context.random.integer(intervalMs));
  }
}
