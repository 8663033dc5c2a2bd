/** What kubelets tell of nodes: Prometheus in a pod scrapes it, and it is as upstream's catalogue has it. */
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Pod } from '../../sim/api/kinds/core.js';
import type { Workload } from '../../sim/workloads/workload.js';
import { bootSimulatedCluster } from '../../src/backends/sim.js';
import { manifests, type Cluster } from '../../src/index.js';
import { gpuNodes } from '../bench/cluster.js';

const objects = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: prometheus, namespace: default }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: monitoring }
rules:
  - { apiGroups: [''], resources: [nodes, nodes/metrics], verbs: [get, list, watch] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: monitoring }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: monitoring }
subjects: [{ kind: ServiceAccount, name: prometheus, namespace: default }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: prometheus, namespace: default }
data:
  prometheus.yml: |
    global: { scrape_interval: 15s }
    scrape_configs:
      - job_name: cadvisor
        scheme: https
        metrics_path: /metrics/cadvisor
        authorization: { credentials_file: /var/run/secrets/kubernetes.io/serviceaccount/token }
        kubernetes_sd_configs: [{ role: node }]
      - job_name: kubelet
        scheme: https
        authorization: { credentials_file: /var/run/secrets/kubernetes.io/serviceaccount/token }
        kubernetes_sd_configs: [{ role: node }]
---
apiVersion: v1
kind: Pod
metadata: { name: prometheus, namespace: default }
spec:
  serviceAccountName: prometheus
  containers:
    - name: prometheus
      image: quay.io/prometheus/prometheus:v3.5.3
      volumeMounts: [{ name: config, mountPath: /etc/prometheus }]
  volumes: [{ name: config, configMap: { name: prometheus } }]
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: default }
spec: { containers: [{ name: c, image: web, resources: { requests: { cpu: 300m } } }] }
---
apiVersion: v1
kind: Pod
metadata: { name: flaky, namespace: default }
spec: { containers: [{ name: c, image: flaky }] }
`;

const web: Workload = {
  name: 'web',
  start(context) {
    context.use({ cpuMillis: 300, memoryBytes: 64 * 2 ** 20 });
    return {};
  },
};

/** It works for half a minute and ends. */
const flaky: Workload = {
  name: 'flaky',
  start(context) {
    context.use({ cpuMillis: 100, memoryBytes: 0 });
    context.clock.after(30_000, 'flaky ends', () => context.exit(1));
    return {};
  },
};

async function started(): Promise<Cluster> {
  const cluster = await bootSimulatedCluster({
    seed: 1,
    nodes: gpuNodes(1),
    workloads: [
      { image: 'web', workload: web },
      { image: 'flaky', workload: flaky },
    ],
  });
  await cluster.apply(manifests(objects));
  await cluster.advance('3m');
  return cluster;
}

const textOf = (body: unknown): string => Buffer.from(body as Uint8Array).toString();

async function query(cluster: Cluster, text: string): Promise<readonly unknown[]> {
  const api = '/api/v1/namespaces/default/pods/prometheus:9090/proxy/api/v1/query';
  const path = `${api}?query=${encodeURIComponent(text)}`;
  const { body } = await cluster.request({ method: 'GET', path });
  const told = JSON.parse(textOf(body)) as {
    data: { result: readonly { metric: unknown; value: readonly [number, string] }[] };
  };
  // A vector has no order of its own.
  return told.data.result
    .map(({ metric, value: [, value] }) => [metric, Number(value)] as const)
    .toSorted(([one], [other]) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

async function nameOf(cluster: Cluster): Promise<string> {
  const { body } = await cluster.request({ method: 'GET', path: '/api/v1/nodes' });
  const { items } = body as { readonly items: readonly { metadata: { name: string } }[] };
  return items[0]?.metadata.name ?? '';
}

async function pageOf(cluster: Cluster, page: string) {
  const path = `/api/v1/nodes/${await nameOf(cluster)}/proxy${page}`;
  return cluster.request({ method: 'GET', path });
}

it('are scraped by Prometheus from the node, and tell what programs use', async () => {
  await using cluster = await started();
  const instance = await nameOf(cluster);
  expect(await query(cluster, 'up')).toEqual([
    [{ __name__: 'up', instance, job: 'cadvisor' }, 1],
    [{ __name__: 'up', instance, job: 'kubelet' }, 1],
  ]);
  const used = async (selector: string, rate = 'rate') =>
    query(cluster, `sum by (pod) (${rate}(container_cpu_usage_seconds_total{${selector}}[1m]))`);
  const stated = [
    [{ pod: 'prometheus' }, expect.closeTo(0.2, 4)],
    [{ pod: 'web' }, expect.closeTo(0.3, 4)],
  ];
  expect(await used('container="",pod=~"web|prometheus"')).toEqual(stated);
  // Containers are read every ten seconds, and the times of the readings count.
  expect(await used('container!="",pod=~"web|prometheus"', 'irate')).toEqual(stated);
  // The cgroup of the pod holds the container's: without the filter it is all there twice.
  expect(await used('pod="web"', 'irate')).toEqual([[{ pod: 'web' }, expect.closeTo(0.6, 4)]]);
  expect(
    await query(cluster, 'container_memory_working_set_bytes{pod="web", container="c"}'),
  ).toEqual([
    [
      {
        __name__: 'container_memory_working_set_bytes',
        container: 'c',
        id: expect.stringMatching(
          /^\/kubepods\.slice\/kubepods-burstable\.slice\/kubepods-burstable-pod[0-9a-f_]{36}\.slice\/cri-containerd-[0-9a-f]{64}\.scope$/,
        ),
        image: expect.stringMatching(/web/),
        instance,
        job: 'cadvisor',
        name: expect.stringMatching(/^[0-9a-f]{64}$/),
        namespace: 'default',
        pod: 'web',
      },
      64 * 2 ** 20,
    ],
  ]);
  expect(await query(cluster, 'kubelet_node_name')).toEqual([
    [{ __name__: 'kubelet_node_name', instance, job: 'kubelet', node: instance }, 1],
  ]);
}, 60_000);

it('count what containers used that have ended, with the pod', async () => {
  await using cluster = await started();
  const readings = async (): Promise<readonly number[]> => {
    const text = textOf((await pageOf(cluster, '/metrics/resource')).body);
    return ['pod', 'container'].map(of => {
      const line = new RegExp(`^${of}_cpu_usage_seconds_total\\{.*pod="flaky"\\} ([^ ]+)`, 'm');
      return Number(line.exec(text)?.[1] ?? 0);
    });
  };
  let last = 0;
  let restarts = 0;
  let ofContainer = 0;
  for (let minutes = 0; minutes < 20; minutes++) {
    await cluster.advance('50s');
    const [pod = 0, container = 0] = await readings();
    expect(pod).toBeGreaterThanOrEqual(last);
    if (container < ofContainer) restarts++;
    last = pod;
    ofContainer = container;
  }
  expect(restarts).toBeGreaterThan(0);
  // Each life uses three seconds of CPU.
  expect(last / 3).toBeCloseTo(Math.round(last / 3), 1);
  expect(last).toBeGreaterThan(3 * 6);
}, 60_000);

it('are the same through the API server, as long as the kubelet runs', async () => {
  await using cluster = await started();
  const { status, body } = await pageOf(cluster, '/metrics/cadvisor');
  expect(status).toBe(200);
  expect(textOf(body)).toMatch(
    /^container_cpu_usage_seconds_total\{container="c",cpu="total",id="[^"]+",image="[^"]*web[^"]*",name="[0-9a-f]+",namespace="default",pod="web"\} \d+(\.\d+)? \d{13}$/m,
  );
  expect(textOf((await pageOf(cluster, '/healthz')).body)).toBe('ok');
  const pods = JSON.parse(textOf((await pageOf(cluster, '/pods')).body)) as {
    items: readonly Pod[];
  };
  expect(pods.items.map(({ metadata }) => metadata.name)).toContain('web');
  for (const path of ['/runningpods', '/runningpods/']) {
    const { items } = JSON.parse(textOf((await pageOf(cluster, path)).body)) as typeof pods;
    const web = items.find(({ metadata }) => metadata.name === 'web');
    // It is what the runtime tells: neither labels nor a phase.
    expect(web).toEqual({
      metadata: { name: 'web', namespace: 'default', uid: expect.any(String) },
      spec: { containers: [{ name: 'c', image: expect.stringMatching(/web/), resources: {} }] },
      status: {},
    });
  }
  const process = `kubelet/${await nameOf(cluster)}`;
  await cluster.inject({ kind: 'crash', process, forMs: 60_000 });
  await cluster.advance('20s');
  const refused = await pageOf(cluster, '/metrics');
  expect(refused.status).toBe(503);
  expect(JSON.stringify(refused.body)).toContain('connect: connection refused');
  expect(await query(cluster, 'count(up == 0)')).toEqual([[{}, 2]]);
  await cluster.advance('2m');
  expect(await query(cluster, 'count(up == 1)')).toEqual([[{}, 2]]);
}, 60_000);

const catalogue = '../shared/vectors/metrics/catalogue.tsv';
const isThere = existsSync(catalogue);
/** Ones of upstream's that no rule asks for: the catalogue leaves them out. */
const unlisted = new Set([
  ...['kubelet_desired_pods', 'kubelet_started_containers_total', 'kubelet_started_pods_total'],
  ...['kubernetes_build_info', 'process_start_time_seconds', 'rest_client_requests_total'],
  ...['rest_client_request_duration_seconds', 'rest_client_rate_limiter_duration_seconds'],
]);
const why = isThere ? '' : ` (skipped: ${catalogue} is not there)`;

describe.skipIf(!isThere)(`the catalogue of metrics${why}`, () => {
  const rows = (isThere ? readFileSync(catalogue, 'utf8') : '')
    .split('\n')
    .map(line => line.split('\t'))
    .map(([component = '', name = '', type = '', labels = '']) => ({
      ...{ component, name, type, labels: labels.split(',').filter(each => each !== '') },
    }));
  const pages = ['/metrics', '/metrics/resource', '/metrics/cadvisor'] as const;
  const texts = new Map<string, string>();

  beforeAll(async () => {
    await using cluster = await started();
    for (const page of pages) texts.set(page, textOf((await pageOf(cluster, page)).body));
  }, 60_000);

  it.each(pages)('has all that %s tells, of the same type, with the same labels', page => {
    const component = page === '/metrics/cadvisor' ? 'kubelet-cadvisor' : 'kubelet';
    const text = texts.get(page) ?? '';
    const families = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    expect(families.length).toBeGreaterThan(2);
    const wrong = families.filter(([, name, type]) => {
      const row = rows.find(each => each.component === component && each.name === name);
      // The collector of /metrics/resource makes its own; its rows of containers stand with cAdvisor's.
      if (row === undefined) return !isAlsoOf(page, name) && !unlisted.has(name ?? '');
      return row.type !== 'custom' && row.type !== type;
    });
    expect(wrong.map(([line]) => line)).toEqual([]);
    for (const [, series = '', told = ''] of text.matchAll(/^([a-z_]+)\{([^}]*)\}/gm)) {
      const family = series.replace(/_(bucket|sum|count)$/, '');
      const name = families.some(([, each]) => each === family) ? family : series;
      const row = rows.find(each => each.component === component && each.name === name);
      if (row === undefined && unlisted.has(name)) continue;
      const labels = [...told.matchAll(/(\w+)="/g)]
        .map(([, label = '']) => label)
        .filter(label => label !== 'le');
      const known = row?.labels ?? ['container', 'namespace', 'pod'];
      expect([name, new Set(labels)]).toEqual([name, new Set(known)]);
    }
  });

  const isAlsoOf = (page: string, name: string | undefined): boolean =>
    page === '/metrics/resource' &&
    rows.some(each => each.component === 'kubelet-cadvisor' && each.name === name);
});
