/** What Prometheus finds in a cluster that is watched: what is up, what alerts in calm, and what after faults. */
import { expect, it } from 'vitest';
import { isHttpResponse } from '../sim/api/http-message.js';
import { prometheusOperator } from '../sim/operators/prometheus-operator.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';
import { manifests } from '../src/index.js';
import type { NodeShape } from '../sim/simulation.js';
import type { NetworkReply } from '../sim/workloads/workload.js';
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

it('is watched as a cluster of kubeadm is: all is seen, nothing alerts, and faults do', async () => {
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
    'kube-controller-manager': '2',
    'kube-scheduler': '2',
    kubelet: '9',
    machines: '3',
    state: '1',
  });
  expect(await firing(cluster)).toEqual(['AlwaysOn']);
  // The scheduler has nothing to do.
  const asking = await query(cluster, 'clients:requests');
  const jobs = new Set(asking.map(([{ job }]) => job));
  expect(jobs).toEqual(new Set(['kube-controller-manager', 'kubelet']));
  const once = ['latency:p99', 'relist:p99', 'queues:p99', 'cpu:busy'];
  for (const recorded of once) {
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
    ...['QuotaFull', 'ScaledOut', 'TargetsDown'],
  ]);
  expect(await query(cluster, 'attempts:p99')).toHaveLength(1);

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
  await using cluster = await bootSimulatedCluster({ seed: 1, nodes, countsRequests: true });
  await cluster.advance('5s');
  await cluster.apply(
    manifests(`
apiVersion: v1
kind: Pod
metadata: { name: slow, namespace: default }
spec:
  nodeName: node-0000
  initContainers: [{ name: i, image: busybox, command: [sleep, '20'] }]
  containers: [{ name: c, image: nginx }]
`),
  );
  await cluster.advance('1m');
  const node = '/api/v1/nodes/node-0000/proxy';
  const metrics = await raw(cluster, `${node}/metrics`);
  for (const line of [
    'kubelet_started_containers_total{container_type="container"} 1',
    'kubelet_started_containers_total{container_type="init_container"} 1',
    'kubelet_started_pods_total 1',
    'kubelet_pod_worker_duration_seconds_count{operation_type="create"} 1',
    'kubelet_pod_start_total_duration_seconds_count 1',
    'kubelet_pod_start_total_duration_seconds_bucket{le="20"} 0',
    'kubelet_pod_start_sli_duration_seconds_bucket{le="10"} 1',
  ]) {
    expect(metrics).toContain(`\n${line}\n`);
  }
  expect(metrics).toMatch(/^rest_client_requests_total\{code="200",.*method="PUT"\} [1-9]/m);
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

const story = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: d }
spec:
  replicas: 2
  selector: { matchLabels: { a: d } }
  template:
    metadata: { labels: { a: d } }
    spec: { containers: [{ name: c, image: x, resources: { requests: { cpu: '1' } } }] }
---
apiVersion: batch/v1
kind: Job
metadata: { name: j }
spec:
  template:
    spec: { restartPolicy: Never, containers: [{ name: c, image: x }] }
---
apiVersion: v1
kind: Pod
metadata: { name: big }
spec: { containers: [{ name: c, image: x, resources: { requests: { cpu: '6400' } } }] }
---
apiVersion: v1
kind: Pod
metadata: { name: gated }
spec: { schedulingGates: [{ name: x.y/z }], containers: [{ name: c, image: x }] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: prometheus }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: 'system:monitoring' }
subjects: [{ kind: ServiceAccount, name: prometheus, namespace: default }]
`;

it('counts what the real kube-scheduler 1.36 counts of the same story, and lets in whom that does', async () => {
  await using cluster = await bootSimulatedCluster({ seed: 1, nodes, countsRequests: true });
  await cluster.advance('5s');
  await cluster.apply(manifests(story));
  await cluster.advance('5s');
  await cluster.request({ method: 'DELETE', path: '/api/v1/namespaces/default/pods/big' });
  await cluster.advance('5s');
  const { network } = cluster.simulation;
  const ask = async (port: number, path: string, account?: string) => {
    const replies: NetworkReply[] = [];
    const shown = account === undefined ? {} : { account };
    const request = { protocol: 'http', method: 'GET', path, body: '', ...shown } as const;
    const from = network.outside('172.18.0.99');
    from.send({ host: '172.18.0.2', port }, request, reply => replies.push(reply));
    await cluster.advance('1s');
    from.close();
    const [reply] = replies;
    if (reply?.isOk !== true || !isHttpResponse(reply.payload)) return undefined;
    return reply.payload;
  };
  const prometheus = 'system:serviceaccount:default:prometheus';
  const page = await ask(10_259, '/metrics', prometheus);
  expect(page?.contentType).toBe('text/plain; version=0.0.4; charset=utf-8; escaping=underscores');
  const told = page?.body.split('\n') ?? [];
  // Each line as the real one told it.
  expect(told).toEqual(
    expect.arrayContaining([
      'leader_election_master_status{name="kube-scheduler"} 1',
      'scheduler_pending_pods{queue="gated"} 1',
      'scheduler_pending_pods{queue="unschedulable"} 0',
      'scheduler_pod_scheduling_attempts_bucket{le="1"} 3',
      'scheduler_pod_scheduling_attempts_count 3',
      'scheduler_pod_scheduling_sli_duration_seconds_count{attempts="1"} 3',
      'scheduler_preemption_attempts_total 2',
      'scheduler_preemption_victims_count 0',
      'scheduler_queue_incoming_pods_total{event="AssignedPodDelete",queue="active"} 1',
      'scheduler_queue_incoming_pods_total{event="ScheduleAttemptFailure",queue="unschedulable"} 2',
      'scheduler_queue_incoming_pods_total{event="UnschedulablePodAdd",queue="active"} 4',
      'scheduler_queue_incoming_pods_total{event="UnschedulablePodAdd",queue="unschedulable"} 1',
      'scheduler_schedule_attempts_total{profile="default-scheduler",result="scheduled"} 3',
      'scheduler_schedule_attempts_total{profile="default-scheduler",result="unschedulable"} 2',
      'scheduler_unschedulable_pods{plugin="NodeResourcesFit",profile="default-scheduler"} 0',
      'scheduler_unschedulable_pods{plugin="SchedulingGates",profile="default-scheduler"} 1',
    ]),
  );
  const ofManager = (await ask(10_257, '/metrics', prometheus))?.body ?? '';
  expect(ofManager).toMatch(/^workqueue_adds_total\{name="deployment"\} [1-9]/m);
  expect(ofManager).toContain(
    'workqueue_queue_duration_seconds_bucket{name="job",le="9.999999999999999e-06"} ',
  );
  const statuses = [
    [10_257, '/metrics', undefined, 403],
    [10_257, '/healthz', undefined, 200],
    [10_257, '/livez', undefined, 404],
    [10_259, '/livez', undefined, 200],
    [10_259, '/metrics', 'system:serviceaccount:default:default', 403],
    [10_250, '/metrics', undefined, 401],
    [10_250, '/metrics', prometheus, 200],
    [10_250, '/pods', prometheus, 403],
  ] as const;
  for (const [port, path, account, status] of statuses) {
    expect((await ask(port, path, account))?.status, `${port}${path}`).toBe(status);
  }
  cluster.simulation.processes.get('kube-scheduler')?.stop();
  expect(await ask(10_259, '/metrics', prometheus)).toBeUndefined();
}, 60_000);

const bare = (name: string, image: string, more = '') => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: default }
spec: { containers: [{ name: c, image: '${image}' ${more} }] }
`;

it('plays the programs of a monitoring stack that are scraped themselves', async () => {
  await using cluster = await bootSimulatedCluster({ seed: 1, nodes });
  const probe = ', readinessProbe: { httpGet: { path: /api/health, port: 3000 } }';
  const pods = [
    bare('grafana', 'grafana/grafana:13.1.3', probe),
    bare(
      'blackbox',
      'quay.io/prometheus/blackbox-exporter:v0.28.0',
      ', args: ["--web.listen-address=:19115"]',
    ),
    bare('operator', 'quay.io/prometheus-operator/prometheus-operator:v0.93.1'),
  ];
  await cluster.apply(manifests(pods.join('---')));
  await cluster.advance('1m');
  const root = '/api/v1/namespaces/default/pods';
  const ready = await raw(cluster, `${root}/grafana`);
  expect(ready).toContain('"type":"Ready","observedGeneration":1,"status":"True"');
  const built = [
    ['grafana:3000', 'grafana_build_info{version="13.1.3"} 1'],
    ['blackbox:19115', 'blackbox_exporter_build_info{version="0.28.0"} 1'],
    ['operator:8080', 'prometheus_operator_build_info{version="0.93.1"} 1'],
  ] as const;
  for (const [pod, line] of built) {
    expect(await raw(cluster, `${root}/${pod}/proxy/metrics`), pod).toContain(`\n${line}\n`);
  }
}, 60_000);
