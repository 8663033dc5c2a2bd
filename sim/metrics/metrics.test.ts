import { describe, expect, it } from 'vitest';
import type { ContainerUsage, NodeEndpoint } from '../api/node-endpoint.js';
import type { ControllerContext } from '../client/contract.js';
import { Loop } from '../engine/loop.js';
import { Random } from '../engine/random.js';
import type { MetricsApi } from './aggregated-api.js';
import { customMetricsApi } from './custom-metrics.js';
import { externalMetricsApi } from './external-metrics.js';
import { createMetricsServer } from './metrics-server.js';

const startMs = Date.UTC(2026, 0, 1);
const mebi = 1024 * 1024;

/** A metrics-server over one node, whose pod `web` began to use 100m at the start. */
function metricsServer() {
  const loop = new Loop({ startMs });
  const usage = (): ContainerUsage => ({
    namespace: 'shop',
    pod: 'web',
    container: 'app',
    timeMs: loop.now(),
    startedMs: startMs - 60_000,
    cpuNanoCores: 100e6,
    cpuNanoCoreSeconds: 100e3 * (loop.now() - startMs),
    memoryBytes: 64 * mebi,
  });
  const endpoint: Pick<NodeEndpoint, 'usage'> = {
    usage: () => ({
      timeMs: loop.now(),
      cpuNanoCores: 100e6,
      cpuNanoCoreSeconds: usage().cpuNanoCoreSeconds,
      memoryBytes: 64 * mebi,
      containers: [usage()],
    }),
  };
  const objects: Readonly<Record<string, readonly unknown[]>> = {
    nodes: [{ metadata: { name: 'n1' } }],
    pods: [{ metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } } }],
  };
  const server = createMetricsServer({
    clock: loop,
    nodes: name => (name === 'n1' ? (endpoint as NodeEndpoint) : undefined),
  });
  const [definition] = server.process.controllers;
  const context = {
    clock: loop,
    random: new Random(1),
    view: { list: ({ resource }: { resource: string }) => objects[resource] },
  };
  definition?.create(context as unknown as ControllerContext).start?.();
  return { loop, api: server.api };
}

function ask(api: MetricsApi, path: string, accept = 'application/json') {
  const request = {
    method: 'GET',
    path: `/apis/group/version/${path}`,
    headers: { accept },
  } as const;
  return api.serve(request, {});
}

describe('The resource metrics API', () => {
  const { loop, api } = metricsServer();

  it('is unavailable until there are two samples', () => {
    loop.runUntil(loop.now() + 10_000);
    expect(ask(api, 'nodes')).toMatchObject({ status: 503, body: 'service unavailable\n' });
    loop.runUntil(loop.now() + 10_000);
    expect(ask(api, 'nodes').status).toBe(200);
  });

  it('tells the average over the time between the samples', () => {
    const usage = { cpu: '100m', memory: '64Mi' };
    expect(ask(api, 'namespaces/shop/pods?labelSelector=app%3Dweb').body).toEqual({
      kind: 'PodMetricsList',
      apiVersion: 'metrics.k8s.io/v1beta1',
      metadata: {},
      items: [
        {
          metadata: {
            name: 'web',
            namespace: 'shop',
            creationTimestamp: '2026-01-01T00:00:20Z',
            labels: { app: 'web' },
          },
          timestamp: '2026-01-01T00:00:15Z',
          window: expect.stringMatching(/^1[45](\.\d+)?s$/) as string,
          containers: [{ name: 'app', usage }],
        },
      ],
    });
    expect(ask(api, 'nodes/n1').body).toMatchObject({ kind: 'NodeMetrics', usage });
  });

  it('selects, and says what is missing', () => {
    expect(ask(api, 'pods?labelSelector=app%3Ddb').body).toMatchObject({ items: [] });
    expect(ask(api, 'pods?fieldSelector=metadata.name%3Dweb').body).toMatchObject({
      items: [{ metadata: { name: 'web' } }],
    });
    expect(ask(api, 'namespaces/shop/pods/db').body).toMatchObject({
      message: 'pods "db" not found',
    });
  });

  it('shows tables', () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    expect(ask(api, 'namespaces/shop/pods', accept).body).toMatchObject({
      kind: 'Table',
      columnDefinitions: [
        { name: 'Name' },
        { name: 'cpu' },
        { name: 'memory' },
        { name: 'Window' },
      ],
      rows: [{ cells: ['web', '100m', '64Mi', expect.any(String)] }],
    });
  });
});

describe('Metrics from providers', () => {
  it('are of pods, of an object, of a namespace', () => {
    const asked: unknown[] = [];
    const api = customMetricsApi({
      metrics: () => [
        { resource: { group: '', resource: 'pods' }, isNamespaced: true, metric: 'rate' },
      ],
      values: ({ namespace, name, resource, metric, selector }) => {
        asked.push([namespace, name, resource.group, resource.resource, metric, String(selector)]);
        const object = { kind: 'Pod', apiVersion: 'v1', namespace, name: name ?? 'web' };
        return metric === 'none' ? [] : [{ object, timeMs: startMs, value: '0.5' }];
      },
    });
    expect(api.resources).toMatchObject([{ name: 'pods/rate', namespaced: true }]);
    expect(ask(api, 'namespaces/shop/pods/*/rate?labelSelector=app%3Dweb').body).toMatchObject({
      kind: 'MetricValueList',
      items: [{ describedObject: { name: 'web' }, metric: { name: 'rate' }, value: '500m' }],
    });
    ask(api, 'namespaces/shop/metrics/rate');
    expect(ask(api, 'namespaces/shop/deployments.apps/web/none').body).toMatchObject({
      message: 'the server could not find the metric none for deployments.apps web',
    });
    expect(asked).toEqual([
      ['shop', undefined, '', 'pods', 'rate', 'app=web'],
      ['', 'shop', '', 'namespaces', 'rate', ''],
      ['shop', 'web', 'apps', 'deployments', 'none', ''],
    ]);
  });

  it('are of nothing in the cluster', () => {
    const api = externalMetricsApi({
      metrics: () => ['queue'],
      values: ({ selector }) =>
        [{ labels: { name: 'a' }, timeMs: startMs, value: '3' }].filter(({ labels }) =>
          selector.matches(labels),
        ),
    });
    expect(ask(api, 'namespaces/shop/queue?labelSelector=name%3Da').body).toMatchObject({
      items: [{ metricName: 'queue', metricLabels: { name: 'a' }, value: '3' }],
    });
    expect(ask(api, 'namespaces/shop/queue?labelSelector=name%3Db').body).toMatchObject({
      items: [],
    });
  });
});
