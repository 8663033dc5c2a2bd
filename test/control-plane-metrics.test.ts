/** What Prometheus finds in a cluster that is watched: what is up, what alerts in calm, and what after faults. */
import { expect, it } from 'vitest';
import { prometheusOperator } from '../sim/operators/prometheus-operator.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';
import { manifests } from '../src/index.js';
import type { NodeShape } from '../sim/simulation.js';
import { gpuNodes } from './bench/cluster.js';
import { faults, tokenless, watched } from './metrics/control-plane.js';

/** Two workers, and a node of the control plane. */
const nodes: readonly NodeShape[] = [
  ...gpuNodes(1, 0).map(node => ({ ...node, name: 'control', isControlPlane: true })),
  ...gpuNodes(2, 0),
];

type Series = readonly [metric: Readonly<Record<string, string>>, value: string];

async function raw(cluster: SimulatedCluster, path: string): Promise<string> {
  const { status, body } = await cluster.request({ method: 'GET', path });
  expect(status, path).toBe(200);
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? Buffer.from(body).toString() : JSON.stringify(body);
}

const prometheus = '/api/v1/namespaces/monitoring/pods/prometheus-main-0:9090/proxy/api/v1';

async function query(cluster: SimulatedCluster, text: string): Promise<readonly Series[]> {
  const told = await raw(cluster, `${prometheus}/query?query=${encodeURIComponent(text)}`);
  const { data } = JSON.parse(told) as {
    data: { result: readonly { metric: Series[0]; value: readonly [number, string] }[] };
  };
  return data.result.map(({ metric, value: [, value] }) => [metric, value]);
}

async function firing(cluster: SimulatedCluster): Promise<readonly string[]> {
  const series = await query(cluster, 'ALERTS{alertstate="firing"}');
  return [...new Set(series.map(([{ alertname = '' }]) => alertname))].sort((a, b) =>
    a < b ? -1 : 1,
  );
}

it('is watched as a cluster of kubeadm is: nothing but the scheduler is unseen, and faults alert', async () => {
  await using cluster = await bootSimulatedCluster({
    seed: 1,
    nodes,
    operators: [prometheusOperator],
  });
  await cluster.apply(manifests(watched));
  await cluster.advance('5m');
  const up = await query(cluster, 'sum by (job) (up)');
  expect(Object.fromEntries(up.map(([{ job = '' }, value]) => [job, value]))).toEqual({
    apiserver: '1',
    kubelet: '9',
    machines: '3',
    state: '1',
  });
  // Their ports are those of the node itself, and no Service selects them.
  expect(await firing(cluster)).toEqual(['AlwaysOn', 'SchedulerUnseen']);
  for (const recorded of ['latency:p99', 'relist:p99', 'cpu:busy']) {
    expect(await query(cluster, recorded), recorded).toHaveLength(1);
  }
  const state = 'container_memory_rss{namespace="monitoring", container="state", image!=""}';
  expect(await query(cluster, state)).toHaveLength(1);
  expect(
    await query(cluster, 'apiserver_request_total{resource="leases",verb="PUT",code="200"} > 0'),
  ).toHaveLength(1);

  const down = cluster.simulation.processes.get('kubelet/node-0001');
  expect(down).toBeDefined();
  await cluster.apply(manifests(faults));
  down?.stop();
  await cluster.advance('8m');
  expect(await firing(cluster)).toEqual([
    ...['AlwaysOn', 'ApiErrors', 'CrashLoop', 'JobFailed', 'NodeAway', 'ProbesFail'],
    ...['QuotaFull', 'ScaledOut', 'SchedulerUnseen', 'TargetsDown'],
  ]);

  await cluster.apply(manifests(tokenless));
  await cluster.advance('2m');
  const told = await raw(cluster, `${prometheus}/targets?state=active`);
  const { data } = JSON.parse(told) as {
    data: { activeTargets: readonly { scrapePool: string; lastError: string }[] };
  };
  const errors = data.activeTargets
    .filter(({ scrapePool }) => scrapePool.includes('tokenless'))
    .map(({ lastError }) => lastError);
  expect(errors.sort((a, b) => (a < b ? -1 : 1))).toEqual([
    'server returned HTTP status 401 Unauthorized',
    'server returned HTTP status 403 Forbidden',
  ]);
}, 120_000);

it('answers what kubectl get --raw asks of nodes', async () => {
  await using cluster = await bootSimulatedCluster({ seed: 1, nodes });
  await cluster.advance('1m');
  const node = '/api/v1/nodes/node-0000/proxy';
  const metrics = await raw(cluster, `${node}/metrics`);
  expect(metrics).toContain('\nkubelet_node_name{node="node-0000"} 1\n');
  expect(metrics).toMatch(/^kubelet_pleg_relist_duration_seconds_bucket\{le="0.005"\} [1-9]/m);
  const families = [...metrics.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
  expect(families).toEqual(families.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(await raw(cluster, `${node}/metrics/slis`)).toContain(
    'kubernetes_healthcheck{name="syncloop",type="healthz"} 1\n',
  );
  const summary = JSON.parse(await raw(cluster, `${node}/stats/summary`)) as {
    node: { nodeName: string; memory: { availableBytes: number } };
  };
  expect(summary.node.nodeName).toBe('node-0000');
  expect(summary.node.memory.availableBytes).toBeGreaterThan(0);
}, 60_000);
