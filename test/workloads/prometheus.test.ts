/** Prometheus in a pod of a user's own manifests: it finds targets by annotations and services, and alerts. */
import { expect, it } from 'vitest';
import { manifests, simulate, type Cluster } from '../../src/index.js';

const objects = `
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
---
apiVersion: v1
kind: ConfigMap
metadata: { name: prometheus, namespace: monitoring }
data:
  prometheus.yml: |
    global: { scrape_interval: 15s, evaluation_interval: 15s }
    rule_files: [/etc/prometheus/*.rules]
    remote_write: [{ url: http://elsewhere }]
    scrape_configs:
      - job_name: pods
        kubernetes_sd_configs: [{ role: pod }]
        relabel_configs:
          - source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape]
            action: keep
            regex: "true"
          - source_labels: [__meta_kubernetes_pod_name]
            target_label: pod
        metric_relabel_configs:
          - source_labels: [__name__]
            regex: kube_secret_.*
            action: drop
      - job_name: services
        honor_labels: true
        kubernetes_sd_configs: [{ role: endpoints, namespaces: { names: [monitoring] } }]
        relabel_configs:
          - source_labels: [__meta_kubernetes_service_label_app]
            action: keep
            regex: ksm
          - { source_labels: [__meta_kubernetes_endpoint_port_name], target_label: port }
  alerts.rules: |
    groups:
      - name: apps
        rules:
          - alert: DeploymentReplicasMismatch
            expr: kube_deployment_spec_replicas{job="services"} > kube_deployment_status_replicas_available{job="services"}
            for: 2m
            annotations: { summary: '{{ $labels.deployment }} has too few replicas' }
---
apiVersion: v1
kind: Pod
metadata: { name: prometheus, namespace: monitoring }
spec:
  serviceAccountName: prometheus
  containers:
    - name: prometheus
      image: quay.io/prometheus/prometheus:v3.5.3
      args: [--config.file=/etc/prometheus/prometheus.yml, --storage.tsdb.retention.time=2h]
      ports: [{ containerPort: 9090 }]
      readinessProbe: { httpGet: { path: /-/ready, port: 9090 } }
      volumeMounts: [{ name: config, mountPath: /etc/prometheus }]
  volumes: [{ name: config, configMap: { name: prometheus } }]
---
apiVersion: v1
kind: Pod
metadata:
  name: ksm
  namespace: monitoring
  labels: { app: ksm }
  annotations: { prometheus.io/scrape: "true" }
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
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: nginx }] }
`;

const big = `
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

async function query(cluster: Cluster, text: string): Promise<readonly unknown[]> {
  const api = '/api/v1/namespaces/monitoring/pods/prometheus:9090/proxy/api/v1/query';
  const path = `${api}?query=${encodeURIComponent(text)}`;
  const { body } = await cluster.request({ method: 'GET', path });
  const told = JSON.parse(Buffer.from(body as Uint8Array).toString()) as {
    data: { result: readonly { metric: unknown; value: readonly [number, string] }[] };
  };
  return told.data.result.map(({ metric, value: [, value] }) => [metric, value]);
}

const logOf = async (cluster: Cluster): Promise<string> => {
  const path = '/api/v1/namespaces/monitoring/pods/prometheus/log';
  return String((await cluster.request({ method: 'GET', path })).body);
};

it('scrapes what it finds, by its rules, and alerts on what kube-state-metrics tells', async () => {
  await using cluster = await simulate({ seed: 1 });
  await cluster.apply(manifests(objects));
  await cluster.advance('2m');
  expect(await query(cluster, 'up')).toEqual([
    [{ __name__: 'up', instance: expect.stringMatching(/:8080$/), job: 'pods', pod: 'ksm' }, '1'],
    [
      {
        __name__: 'up',
        instance: expect.stringMatching(/:8080$/),
        job: 'services',
        port: 'http-metrics',
      },
      '1',
    ],
  ]);
  // The target's own labels are kept beside those of its rules; with honor_labels the metric's win.
  expect(await query(cluster, 'kube_pod_info{job="pods", exported_pod="prometheus"}')).toHaveLength(
    1,
  );
  expect(await query(cluster, 'kube_pod_info{job="services", pod="prometheus"}')).toHaveLength(1);
  expect(await query(cluster, 'count by (job) (kube_secret_info)')).toEqual([]);
  expect(await logOf(cluster)).toContain('remote_write is not simulated');

  // One of pods that fit nowhere.
  await cluster.apply(manifests(big));
  await cluster.advance('4m');
  expect(await query(cluster, 'ALERTS{alertstate="firing"}')).toHaveLength(1);
  expect(await logOf(cluster)).toContain(
    'alert DeploymentReplicasMismatch firing: big has too few replicas',
  );
}, 120_000);

it('does not start with a configuration that cannot be read', async () => {
  await using cluster = await simulate({ seed: 1 });
  await cluster.apply(manifests(objects.replace('scrape_interval: 15s', 'scrape_interval: soon')));
  await cluster.advance('1m');
  expect(await logOf(cluster)).toContain(
    'Error loading config (--config.file=/etc/prometheus/prometheus.yml): scrape_interval: not a valid duration string: "soon"',
  );
}, 60_000);
