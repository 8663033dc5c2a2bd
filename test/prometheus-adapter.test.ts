/** An autoscaler goes by a program's own series: Prometheus scrapes it, prometheus-adapter serves them by its rules. */
import { expect, it } from 'vitest';
import type { Workload } from '../sim/workloads/workload.js';
import { parseManifests } from '../sim/api/yaml.js';
import { simulationOptions } from '../src/backends/sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';

/** Each pod answers ten requests a second, and has six tasks in its queue. */
const web: Workload = {
  name: 'web',
  start: ({ clock, network }) => {
    const startMs = clock.now();
    network.listen(8080, ({ reply }) => {
      const requests = (clock.now() - startMs) / 100;
      reply(
        `http_requests_total{verb="GET"} ${requests}\nqueue_tasks 6\njobs_left{topic="a"} 9.5\n`,
      );
    });
    return {};
  },
};

const adapterConfig = `
rules:
  - seriesQuery: 'http_requests_total{namespace!="",pod!=""}'
    resources: { overrides: { namespace: { resource: namespace }, pod: { resource: pod } } }
    name: { matches: "^(.*)_total$", as: "\${1}_per_second" }
    metricsQuery: 'sum(rate(<<.Series>>{<<.LabelMatchers>>}[1m])) by (<<.GroupBy>>)'
  - seriesQuery: queue_tasks
    resources: { template: <<.Resource>> }
    metricsQuery: 'sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)'
externalRules:
  - seriesQuery: jobs_left
    resources: { namespaced: false }
    metricsQuery: 'max(<<.Series>>{<<.LabelMatchers>>}) by (topic)'
`;

const service = (name: string, port: number, targetPort = port): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} }, ports: [{ port: ${port}, targetPort: ${targetPort} }] }
---`;

const program = (name: string, container: string, more = ''): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [${container}]${more} }
---`;

const apiService = (group: string): string => `
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: { name: v1beta1.${group} }
spec:
  service: { name: adapter, namespace: default }
  group: ${group}
  version: v1beta1
  insecureSkipTLSVerify: true
  groupPriorityMinimum: 100
  versionPriority: 100
---`;

const configured = (name: string): string =>
  `, serviceAccountName: reader, volumes: [{ name: config, configMap: { name: ${name} } }]`;

const objects = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: reader }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: reader }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view }
subjects: [{ kind: ServiceAccount, name: reader, namespace: default }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: prometheus }
data:
  prometheus.yml: |
    global: { scrape_interval: 15s }
    scrape_configs:
      - job_name: web
        kubernetes_sd_configs: [{ role: endpoints, namespaces: { names: [default] } }]
        relabel_configs:
          - { source_labels: [__meta_kubernetes_service_name], regex: web, action: keep }
          - { source_labels: [__meta_kubernetes_namespace], target_label: namespace }
          - { source_labels: [__meta_kubernetes_service_name], target_label: service }
          - { source_labels: [__meta_kubernetes_pod_name], target_label: pod }
---
${service('web', 8080)}${service('prometheus', 9090)}${service('adapter', 443, 6443)}
${program('web', '{ name: web, image: web }')}
${program(
  'prometheus',
  '{ name: p, image: "quay.io/prometheus/prometheus:v3.5.3", volumeMounts: [{ name: config, mountPath: /etc/prometheus }] }',
  configured('prometheus'),
)}
${program(
  'adapter',
  `{ name: a, image: "registry.k8s.io/prometheus-adapter/prometheus-adapter:v0.12.0",
     args: [--prometheus-url=http://prometheus.default.svc:9090/, --config=/etc/adapter/config.yaml, --metrics-relist-interval=30s,
       --secure-port=6443],
     readinessProbe: { httpGet: { path: /readyz, port: 6443, scheme: HTTPS } },
     volumeMounts: [{ name: config, mountPath: /etc/adapter }] }`,
  configured('adapter'),
)}
${apiService('custom.metrics.k8s.io')}${apiService('external.metrics.k8s.io')}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  maxReplicas: 2
  metrics:
    - type: Pods
      pods:
        metric: { name: http_requests_per_second }
        target: { type: AverageValue, averageValue: 5 }
    - type: Object
      object:
        describedObject: { apiVersion: v1, kind: Service, name: web }
        metric: { name: queue_tasks }
        target: { type: Value, value: 100 }
    - type: External
      external:
        metric: { name: jobs_left, selector: { matchLabels: { topic: a } } }
        target: { type: Value, value: 100 }
`;

const configMap = (text: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'adapter', namespace: 'default' },
  data: { 'config.yaml': text },
});

async function boot(config: string): Promise<SimulatedCluster> {
  const cluster = await bootSimulatedCluster({
    ...simulationOptions({ seed: 1, operators: [] }),
    workloads: [{ image: 'web', workload: web }],
  });
  const written = parseManifests(objects, 'adapter.yaml').manifests.map(({ object }) => object);
  const applied = await cluster.apply([configMap(config), ...written] as never);
  for (const { status, message } of applied) expect(status, message).toBeLessThan(300);
  return cluster;
}

async function get(cluster: SimulatedCluster, path: string): Promise<unknown> {
  return (await cluster.request({ method: 'GET', path })).body;
}

const ofCustom = '/apis/custom.metrics.k8s.io/v1beta1';
const ofDefault = `${ofCustom}/namespaces/default`;
const ofExternal = '/apis/external.metrics.k8s.io/v1beta1';

it('scales by metrics of pods, of an object, and of nothing in the cluster', async () => {
  await using cluster = await boot(adapterConfig);
  await cluster.advance('2m');
  const hpa = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/web';
  expect(await get(cluster, hpa)).toMatchObject({
    status: {
      desiredReplicas: 2,
      currentMetrics: [
        { pods: { current: { averageValue: expect.stringMatching(/^(10|99\d\dm)$/) } } },
        { object: { current: { value: '12' } } },
        { external: { current: { value: '9500m' } } },
      ],
    },
  });
  const { resources } = (await get(cluster, ofCustom)) as {
    resources: readonly { name: string }[];
  };
  // The label of the scrape job is taken for that of a Job, as upstream takes it.
  expect(resources.map(({ name }) => name)).toEqual([
    'jobs.batch/queue_tasks',
    'namespaces/http_requests_per_second',
    'namespaces/queue_tasks',
    'pods/http_requests_per_second',
    'pods/queue_tasks',
    'services/queue_tasks',
  ]);
  expect(await get(cluster, ofExternal)).toMatchObject({
    resources: [{ name: 'jobs_left', namespaced: true, kind: 'ExternalMetricValueList' }],
  });
  expect(await get(cluster, `${ofDefault}/metrics/queue_tasks`)).toMatchObject({
    kind: 'MetricValueList',
    items: [
      {
        describedObject: { kind: 'Namespace', name: 'default', apiVersion: '/v1' },
        metricName: 'queue_tasks',
        value: '12',
        selector: null,
      },
    ],
  });
  const refused = async (path: string) => {
    const { status, body } = await cluster.request({ method: 'GET', path });
    return `${status} ${(body as { message?: string }).message ?? ''}`;
  };
  const lost = '404 the server could not find the metric';
  expect(await refused(`${ofDefault}/pods/*/nothing`)).toBe(`${lost} nothing for pods`);
  expect(await refused(`${ofDefault}/services/other/queue_tasks`)).toBe(
    `${lost} queue_tasks for services other`,
  );
  expect(await refused(`${ofExternal}/namespaces/default/nothing`)).toBe(
    `${lost} nothing for namespaces`,
  );
  // The account may not list them.
  expect(await refused(`${ofCustom}/nodes/*/queue_tasks`)).toBe(
    '500 Internal error occurred: unable to list matching resources',
  );
});

it('does not start with a rule for a resource that the cluster does not have', async () => {
  const rule =
    '{ seriesQuery: a, resources: { overrides: { b: { group: cheese.io, resource: brand } } } }';
  await using cluster = await boot(`rules: [${rule}]`);
  await cluster.advance('30s');
  const pods = (await get(
    cluster,
    '/api/v1/namespaces/default/pods?labelSelector=app%3Dadapter',
  )) as {
    items: readonly {
      metadata: { name: string };
      status: { containerStatuses: readonly { lastState: object }[] };
    }[];
  };
  const [pod] = pods.items;
  expect(pod?.status.containerStatuses[0]?.lastState).toMatchObject({
    terminated: { exitCode: 255 },
  });
  const path = `/api/v1/namespaces/default/pods/${pod?.metadata.name}/log?previous=true`;
  expect(await get(cluster, path)).toBe(
    'unable to construct custom metrics provider: unable to construct naming scheme from metrics rules: unable to normalize group-resource {cheese.io brand}: no matches for cheese.io/, Resource=brand\n',
  );
  expect((await cluster.request({ method: 'GET', path: ofCustom })).status).toBe(503);
});
