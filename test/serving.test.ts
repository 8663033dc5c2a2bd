/** Traffic through a gateway to model servers on a simulated cluster, with nothing but manifests between. */
import { expect, it } from 'vitest';
import type { KubeObject } from '../sim/api/object.js';
import { gatewayApi } from '../sim/operators/gateway-api.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';
import { poissonArrivals } from '../src/traffic/flow/arrivals.js';
import type { TrafficExchange, TrafficSettings } from '../src/traffic/flow/contract.js';
import { createTrafficExchange } from '../src/traffic/flow/exchange.js';
import { servingWorkloads } from '../src/traffic/flow/workloads.js';
import type { Rate } from '../src/traffic/rate.js';
import { gpuNodes } from './bench/cluster.js';

const group = 'gateway.networking.k8s.io';
const namespace = 'default';

function deployment(
  name: string,
  options: { replicas?: number; preStopSeconds?: number; image?: string; gpus?: number } = {},
): KubeObject {
  const { replicas = 2, preStopSeconds = 0, image = 'server', gpus = 0 } = options;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          serviceAccountName: name === 'gateway' ? 'gateway' : 'default',
          containers: [
            {
              name: 'main',
              image,
              ports: [{ containerPort: 8080 }],
              readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 2 },
              resources: {
                requests: { cpu: '1' },
                ...(gpus > 0 && { limits: { 'nvidia.com/gpu': String(gpus) } }),
              },
              ...(preStopSeconds > 0 && {
                lifecycle: { preStop: { sleep: { seconds: preStopSeconds } } },
              }),
            },
          ],
        },
      },
    },
  };
}

const service = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
});

const route = (weights: Readonly<Record<string, number>>): KubeObject => ({
  apiVersion: `${group}/v1`,
  kind: 'HTTPRoute',
  metadata: { name: 'r', namespace },
  spec: {
    parentRefs: [{ group: '', kind: 'Service', name: 'gateway' }],
    rules: [
      {
        backendRefs: Object.entries(weights).map(([name, weight]) => ({ name, port: 80, weight })),
      },
    ],
  },
});

const account: readonly KubeObject[] = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'gateway', namespace } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'gateway', namespace },
    rules: [
      { apiGroups: [group], resources: ['httproutes'], verbs: ['list', 'watch'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
    ],
  },
];

const binding: KubeObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'gateway', namespace },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'gateway' },
  subjects: [{ kind: 'ServiceAccount', name: 'gateway', namespace }],
};

const steady = (perSecond: number): Rate => ({
  at: () => perSecond,
  perSecondMax: () => perSecond,
});

interface Stage {
  readonly cluster: SimulatedCluster;
  readonly flow: TrafficExchange;
  start(rate: Rate, settings?: Partial<TrafficSettings>): void;
}

/** A cluster with the objects; servers load for a second, and saturate at 1,081 requests a second each. */
async function stage(objects: readonly KubeObject[]): Promise<Stage> {
  const flow = createTrafficExchange();
  const makers = servingWorkloads(flow);
  const workload = (name: string, parameters = {}) => {
    const made = makers[name]?.(parameters);
    if (made === undefined) throw new Error(`no workload ${name}`);
    return made;
  };
  const cluster = await bootSimulatedCluster({
    seed: 1,
    nodes: gpuNodes(3),
    operators: [gatewayApi],
    workloads: [
      { image: 'gateway', workload: workload('traffic-gateway', { route: 'default/r' }) },
      { image: 'server', workload: workload('batching-server', { loadMs: 1000 }) },
      { image: 'server2', workload: workload('batching-server', { loadMs: 1000, revision: 'v2' }) },
    ],
  });
  const applied = await cluster.apply([
    ...account,
    deployment('gateway', { image: 'gateway' }),
    service('gateway'),
    ...objects,
  ]);
  expect(applied.map(({ message }) => message).filter(Boolean)).toEqual([]);
  await cluster.advance('40s');
  const { loop, network, random } = cluster.simulation;
  return {
    cluster,
    flow,
    start: (rate, settings) =>
      flow.start(
        { loop, network, random },
        {
          arrivals: poissonArrivals(rate, random.fork('arrivals')),
          gateway: { host: 'gateway.default.svc.cluster.local', port: 80 },
          ...settings,
        },
      ),
  };
}

const sum = (column: ArrayLike<number> | undefined): number =>
  Array.from(column ?? []).reduce((total, value) => total + value, 0);

const noRetries = { retries: { attemptsMax: 0 } } as const;

it('carries requests by the weights of the HTTPRoute, and follows whoever patches it', async () => {
  const { cluster, flow, start } = await stage([
    binding,
    deployment('v1'),
    deployment('v2', { image: 'server2' }),
    service('v1'),
    service('v2'),
    route({ v1: 90, v2: 10 }),
  ]);
  await using _ = cluster;
  start(steady(500), { ...noRetries, rowMs: 10_000 });
  await cluster.advance('60s');
  const { totals, replicas, gateways } = flow.snapshot();
  expect({ replicas, gateways }).toEqual({ replicas: 4, gateways: 2 });
  expect(totals.failed + totals.shed).toBe(0);
  expect(totals.finished).toBeGreaterThan(29_000);
  const share = () => {
    const columns = flow.series.revisions();
    const last = (name: string) => columns.get(name)?.offered.at(-1) ?? 0;
    return last('v2') / (last('v1') + last('v2'));
  };
  expect(share()).toBeCloseTo(0.1, 1);
  await cluster.apply([route({ v1: 0, v2: 100 })]);
  await cluster.advance('20s');
  expect(share()).toBe(1);
  expect(flow.snapshot().totals.failed).toBe(0);
});

it('has no route without the right to read it, and keeps the last when the right is gone', async () => {
  const { cluster, flow, start } = await stage([deployment('v1'), service('v1'), route({ v1: 1 })]);
  await using _ = cluster;
  start(steady(100), noRetries);
  await cluster.advance('20s');
  expect(flow.snapshot().totals.failures['no route']).toBeGreaterThan(1800);
  await cluster.apply([binding]);
  await cluster.advance('60s');
  const before = flow.snapshot().totals.finished;
  expect(before).toBeGreaterThan(2000);
  await cluster.request({
    method: 'DELETE',
    path: `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings/gateway`,
  });
  await cluster.advance('60s');
  expect(flow.snapshot().totals.finished - before).toBeGreaterThan(5500);
});

it('loses nothing in a rolling update with a preStop sleep, and some without', async () => {
  const lost = async (preStopSeconds: number) => {
    const options = { replicas: 3, preStopSeconds };
    const { cluster, flow, start } = await stage([
      binding,
      deployment('v1', options),
      service('v1'),
      route({ v1: 1 }),
    ]);
    await using _ = cluster;
    start(steady(900), { ...noRetries, timeoutMs: 5000 });
    await cluster.advance('30s');
    await cluster.apply([deployment('v1', { ...options, image: 'server2' })]);
    await cluster.advance('90s');
    const { totals, replicas } = flow.snapshot();
    expect(replicas).toBe(3);
    return totals.failed + totals.shed;
  };
  expect(await lost(5)).toBe(0);
  // Between SIGTERM and the moment at which the gateways hear of it, connections are refused.
  expect(await lost(0)).toBeGreaterThan(0);
});

it('loses what a server had whose GPU falls off the bus, and tells so', async () => {
  const { cluster, flow, start } = await stage([
    binding,
    deployment('v1', { replicas: 2, gpus: 8 }),
    service('v1'),
    route({ v1: 1 }),
  ]);
  await using _ = cluster;
  start(steady(1600), noRetries);
  await cluster.advance('20s');
  expect(flow.snapshot().totals.failed).toBe(0);
  const { body } = await cluster.request({
    method: 'GET',
    path: `/api/v1/namespaces/${namespace}/pods?labelSelector=app=v1`,
  });
  const [pod] = (body as { items: { spec: { nodeName: string } }[] }).items;
  await cluster.inject({ kind: 'gpu', node: pod?.spec.nodeName ?? '', gpu: 0, xid: 79 });
  await cluster.advance('1s');
  const { totals, inFlight } = flow.snapshot();
  expect(totals.failures.reset).toBeGreaterThan(0);
  // Until the gateways hear that it is not ready.
  expect(totals.failures.refused).toBeGreaterThan(0);
  expect(totals.started).toBe(totals.finished + totals.failed + totals.shed + inFlight);
});

it('moves the autoscaler: load makes use, use makes metrics, metrics make replicas', async () => {
  const { cluster, flow, start } = await stage([
    binding,
    deployment('v1', { replicas: 1 }),
    service('v1'),
    route({ v1: 1 }),
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'v1', namespace },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'v1' },
        minReplicas: 1,
        maxReplicas: 8,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
          },
        ],
      },
    },
  ]);
  await using _ = cluster;
  const stepMs = cluster.now() + 10 * 60_000;
  const rate: Rate = {
    at: timeMs => (timeMs < stepMs ? 100 : 3000),
    perSecondMax: (_from, untilMs) => (untilMs <= stepMs ? 100 : 3000),
  };
  start(rate);
  await cluster.advance('9m');
  expect(flow.snapshot().replicas).toBe(1);
  await cluster.advance('11m');
  // 3,000 a second need three replicas at least, at a use of 70 % or so more.
  const { replicas } = flow.snapshot();
  expect(replicas).toBeGreaterThanOrEqual(4);
  const { shed, p99Ms, offered } = flow.series.columns();
  // While one replica stood before three times its capacity, requests were shed; no longer.
  expect(sum(shed)).toBeGreaterThan(10_000);
  expect(shed.at(-1)).toBe(0);
  expect(p99Ms.at(-1)).toBeLessThan(100);
  expect((offered.at(-1) ?? 0) / 60).toBeCloseTo(3000, -2);
});

it('is the same for the same seed', async () => {
  const play = async () => {
    const { cluster, flow, start } = await stage([
      binding,
      deployment('v1'),
      service('v1'),
      route({ v1: 1 }),
    ]);
    await using _ = cluster;
    start(steady(300));
    await cluster.advance('2m');
    return { digest: cluster.digest(), snapshot: flow.snapshot(), rows: flow.series.columns() };
  };
  expect(await play()).toEqual(await play());
});
