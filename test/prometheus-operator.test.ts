/** The Prometheus operator in a whole cluster: what it makes, what is scraped, what alerts, what goes. */
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { prometheusOperator } from '../sim/operators/prometheus-operator.js';
import { serveHttp } from '../sim/workloads/agnhost/http.js';
import type { Workload } from '../sim/workloads/workload.js';
import { bootSimulatedCluster } from '../src/backends/sim.js';
import { manifests, simulate, type Cluster } from '../src/index.js';
import { gpuNodes } from './bench/cluster.js';

const account = `
apiVersion: v1
kind: Namespace
metadata: { name: monitoring }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: prometheus, namespace: monitoring }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: monitoring }
rules:
  - { apiGroups: ['*'], resources: ['*'], verbs: [get, list, watch] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: monitoring }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: monitoring }
subjects: [{ kind: ServiceAccount, name: prometheus, namespace: monitoring }]
`;

const objects = `${account}---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ksm, namespace: monitoring }
spec:
  selector: { matchLabels: { app: ksm } }
  template:
    metadata: { labels: { app: ksm } }
    spec:
      serviceAccountName: prometheus
      containers:
        - name: ksm
          image: registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0
          ports: [{ name: http-metrics, containerPort: 8080 }]
---
apiVersion: v1
kind: Service
metadata: { name: ksm, namespace: monitoring, labels: { app: ksm } }
spec: { selector: { app: ksm }, ports: [{ name: http-metrics, port: 8080 }] }
---
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: { name: main, namespace: monitoring, labels: { team: platform } }
spec:
  serviceAccountName: prometheus
  serviceMonitorSelector: {}
  podMonitorSelector: { matchLabels: { team: platform } }
  ruleSelector: { matchLabels: { team: platform } }
  resources: { requests: { memory: 400Mi } }
  scrapeInterval: 15s
  evaluationInterval: 15s
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: ksm, namespace: monitoring }
spec:
  selector: { matchLabels: { app: ksm } }
  endpoints: [{ port: http-metrics, honorLabels: true }]
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: { name: deployments, namespace: monitoring, labels: { team: platform } }
spec:
  groups:
    - name: deployments
      rules:
        - alert: DeploymentReplicasMismatch
          expr: kube_deployment_spec_replicas > kube_deployment_status_replicas_available
          for: 1m
          annotations: { summary: '{{ $labels.deployment }} has too few replicas' }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: big, namespace: default }
spec:
  selector: { matchLabels: { app: big } }
  template:
    metadata: { labels: { app: big } }
    spec:
      containers: [{ name: big, image: nginx, resources: { requests: { cpu: "9999" } } }]
`;

const podMonitor = `
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: { name: ksm-pods, namespace: monitoring, labels: { team: platform } }
spec:
  selector: { matchLabels: { app: ksm } }
  podMetricsEndpoints: [{ port: http-metrics }]
`;

const later = `
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: { name: later, namespace: monitoring, labels: { team: platform } }
spec:
  groups: [{ name: later, rules: [{ record: up:count, expr: count(up) }] }]
`;

async function json<T>(cluster: Cluster, path: string): Promise<T | undefined> {
  const { status, body } = await cluster.request({ method: 'GET', path });
  if (status !== 200) return undefined;
  return (body instanceof Uint8Array ? JSON.parse(Buffer.from(body).toString()) : body) as T;
}

async function query(cluster: Cluster, text: string): Promise<readonly unknown[]> {
  const api = '/api/v1/namespaces/monitoring/pods/prometheus-main-0:9090/proxy/api/v1/query?query=';
  const told = await json<{
    data: { result: readonly { metric: unknown; value: readonly [number, string] }[] };
  }>(cluster, api + encodeURIComponent(text));
  return (told?.data.result ?? []).map(({ metric, value: [, value] }) => [metric, value]);
}

async function logOf(cluster: Cluster, container: string): Promise<string> {
  const path = `/api/v1/namespaces/monitoring/pods/prometheus-main-0/log?container=${container}`;
  return String((await cluster.request({ method: 'GET', path })).body);
}

const path = '/apis/monitoring.coreos.com/v1/namespaces/monitoring';

interface Told {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly generation?: number;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly status?: unknown;
}

it('scrapes what monitors select, fires what rules say, and takes what comes later', async () => {
  await using cluster = await simulate({ seed: 1, operators: ['prometheus-operator'] });
  await cluster.apply(manifests(objects));
  await cluster.advance('3m');
  const prometheus = await json<Told>(cluster, `${path}/prometheuses/main`);
  expect(prometheus?.status).toMatchObject({
    availableReplicas: 1,
    updatedReplicas: 1,
    shardStatuses: [{ shardID: '0', replicas: 1, availableReplicas: 1 }],
    conditions: [
      { type: 'Available', status: 'True', reason: '' },
      { type: 'Reconciled', status: 'True', reason: '' },
    ],
  });
  const core = '/api/v1/namespaces/monitoring';
  const secret = await json<Told>(cluster, `${core}/secrets/prometheus-main`);
  const packed = Buffer.from(secret?.data?.['prometheus.yaml.gz'] ?? '', 'base64');
  expect(gunzipSync(packed).toString()).toContain('- job_name: serviceMonitor/monitoring/ksm/0\n');
  expect(await query(cluster, 'up')).toEqual([
    [
      {
        __name__: 'up',
        container: 'ksm',
        endpoint: 'http-metrics',
        instance: expect.stringMatching(/:8080$/),
        job: 'ksm',
        namespace: 'monitoring',
        pod: expect.stringMatching(/^ksm-/),
        service: 'ksm',
      },
      '1',
    ],
  ]);
  expect(await query(cluster, 'ALERTS{alertstate="firing", deployment="big"}')).toHaveLength(1);
  expect(await logOf(cluster, 'prometheus')).toContain(
    'alert DeploymentReplicasMismatch firing: big has too few replicas',
  );

  await cluster.apply(manifests(podMonitor + '---' + later));
  await cluster.advance('3m');
  expect(await logOf(cluster, 'config-reloader')).toContain('Reload triggered');
  expect(await query(cluster, 'up{job="monitoring/ksm-pods"}')).toHaveLength(1);
  expect(await query(cluster, 'up:count')).toEqual([[{ __name__: 'up:count' }, '2']]);
  // What was there has gone on.
  const alerts = 'ALERTS{alertstate="firing", deployment="big", job="ksm"}';
  expect(await query(cluster, alerts)).toHaveLength(1);
  const set = '/apis/apps/v1/namespaces/monitoring/statefulsets/prometheus-main';
  expect((await json<Told>(cluster, set))?.metadata.generation).toBe(1);

  await cluster.request({ method: 'DELETE', path: `${path}/servicemonitors/ksm` });
  await cluster.advance('3m');
  expect(await query(cluster, 'up{job="ksm"}')).toEqual([]);
  await cluster.request({ method: 'DELETE', path: `${path}/prometheuses/main` });
  await cluster.advance('2m');
  for (const gone of [
    set,
    `${core}/secrets/prometheus-main`,
    `${core}/services/prometheus-operated`,
    `${core}/configmaps/prometheus-main-rulefiles-0`,
    `${core}/pods/prometheus-main-0`,
  ]) {
    expect(await json(cluster, gone), gone).toBeUndefined();
  }
}, 240_000);

it('refuses rules that do not parse', async () => {
  await using cluster = await simulate({ seed: 1, operators: ['prometheus-operator'] });
  await cluster.apply(manifests(objects));
  const [object] = manifests(later.replace('count(up)', 'count(up'));
  const answer = await cluster.request({
    method: 'POST',
    path: `${path}/prometheusrules`,
    body: object,
  });
  expect(answer.status).toBe(422);
  expect(answer.body).toMatchObject({
    message:
      'admission webhook "prometheusrulevalidate.monitoring.coreos.com" denied the request: Rules are not valid',
  });
}, 60_000);

const alerting = `${account}---
apiVersion: monitoring.coreos.com/v1
kind: Alertmanager
metadata: { name: main, namespace: monitoring, labels: { team: platform } }
spec:
  replicas: 1
  alertmanagerConfigSelector: {}
  alertmanagerConfigNamespaceSelector: {}
---
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: { name: main, namespace: monitoring }
spec:
  serviceAccountName: prometheus
  serviceMonitorSelector: {}
  ruleSelector: {}
  evaluationInterval: 15s
  alerting: { alertmanagers: [{ name: alertmanager-operated, port: web }] }
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: { name: shop, namespace: monitoring }
spec:
  groups:
    - name: shop
      rules:
        - { alert: ShopDown, expr: vector(1), labels: { namespace: shop, severity: page } }
        - { alert: OtherDown, expr: vector(1), labels: { namespace: other, severity: page } }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: monitoring.coreos.com/v1alpha1
kind: AlertmanagerConfig
metadata: { name: route, namespace: shop }
spec:
  route: { receiver: pager, groupBy: [alertname], groupWait: 10s, matchers: [{ name: severity, value: page, matchType: '=' }] }
  receivers: [{ name: pager, webhookConfigs: [{ urlSecret: { name: pager, key: url } }] }]
---
apiVersion: monitoring.coreos.com/v1alpha1
kind: AlertmanagerConfig
metadata: { name: bad, namespace: shop }
spec:
  route: { receiver: nobody }
  receivers: [{ name: pager }]
---
apiVersion: v1
kind: Secret
metadata: { name: pager, namespace: shop }
stringData: { url: 'http://pager.shop.svc:8080/alerts' }
---
apiVersion: v1
kind: Pod
metadata: { name: pager, namespace: shop, labels: { app: pager } }
spec: { containers: [{ name: pager, image: pager }] }
---
apiVersion: v1
kind: Service
metadata: { name: pager, namespace: shop }
spec: { selector: { app: pager }, ports: [{ port: 8080 }] }
`;

const ownConfiguration = (route: string): string => `
apiVersion: v1
kind: Secret
metadata: { name: alertmanager-main, namespace: monitoring }
stringData:
  alertmanager.yaml: |
    route: ${route}
    receivers: [{ name: nobody }]
  page.tmpl: '{{ define "page" }}{{ end }}'
`;

it('has an Alertmanager tell whom a namespace names, and takes what users change', async () => {
  const pages: unknown[] = [];
  const pager: Workload = {
    name: 'pager',
    start: ({ network }) => {
      serveHttp(network, 8080, ({ body }, respond) => {
        pages.push(JSON.parse(body));
        respond({ status: 200, contentType: 'text/plain', body: '' });
      });
      return {};
    },
  };
  await using cluster = await bootSimulatedCluster({
    seed: 1,
    nodes: gpuNodes(1, 4),
    operators: [prometheusOperator],
    workloads: [{ image: 'pager', workload: pager }],
  });
  await cluster.apply(manifests(alerting));
  await cluster.advance('2m');
  expect(pages).toEqual([
    expect.objectContaining({
      receiver: 'shop/route/pager',
      status: 'firing',
      groupLabels: { alertname: 'ShopDown' },
      alerts: [expect.objectContaining({ labels: expect.objectContaining({ namespace: 'shop' }) })],
    }),
  ]);
  const events = '/apis/events.k8s.io/v1/namespaces/shop/events';
  const told = await json<{ items: readonly { note: string }[] }>(cluster, events);
  expect(told?.items.map(({ note }) => note)).toContain(
    'AlertmanagerConfig bad was rejected due to invalid configuration: receiver "nobody" not found',
  );
  const scale = await json<Told>(cluster, `${path}/alertmanagers/main/scale`);
  expect(scale).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 1 } });

  const core = '/api/v1/namespaces/monitoring';
  await cluster.apply(manifests(ownConfiguration('{ receiver: nobody, group_wait: 5s }')));
  await cluster.advance('2m');
  const generated = await json<Told>(cluster, `${core}/secrets/alertmanager-main-generated`);
  const { 'alertmanager.yaml.gz': packed = '', ...others } = generated?.data ?? {};
  expect(Object.keys(others)).toEqual(['page.tmpl']);
  const text = gunzipSync(Buffer.from(packed, 'base64')).toString();
  expect(text).toMatch(
    /^route:\n  receiver: nobody\n  routes:\n  - receiver: shop\/route\/pager\n/,
  );
  const log = `${core}/pods/alertmanager-main-0/log?container=config-reloader`;
  const reloads = String((await cluster.request({ method: 'GET', path: log })).body);
  expect(reloads.match(/Reload triggered/g)).toHaveLength(2);

  await cluster.apply(manifests(ownConfiguration('{ receiver: nobody, continue: true }')));
  await cluster.advance('1m');
  expect((await json<Told>(cluster, `${path}/alertmanagers/main`))?.status).toMatchObject({
    availableReplicas: 1,
    conditions: [
      { type: 'Available', status: 'True' },
      {
        type: 'Reconciled',
        status: 'False',
        reason: 'ReconciliationFailed',
        message:
          'provision alertmanager configuration: failed to initialize from secret: check AlertmanagerConfig root route failed: cannot have continue in root route',
      },
    ],
  });

  await cluster.request({ method: 'DELETE', path: `${path}/alertmanagers/main` });
  await cluster.advance('3m');
  for (const gone of [
    '/apis/apps/v1/namespaces/monitoring/statefulsets/alertmanager-main',
    `${core}/secrets/alertmanager-main-generated`,
    `${core}/services/alertmanager-operated`,
    `${core}/pods/alertmanager-main-0`,
  ]) {
    expect(await json(cluster, gone), gone).toBeUndefined();
  }
  expect(await json(cluster, `${core}/secrets/alertmanager-main`)).toBeDefined();
}, 120_000);
