/** KEDA asks a Prometheus in a pod, which scrapes kube-state-metrics: a Deployment scales by what it is told. */
import { expect, it } from 'vitest';
import { manifests, simulate, type Cluster } from '../src/index.js';

const objects = `
apiVersion: v1
kind: Namespace
metadata: { name: monitoring }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: reader, namespace: monitoring }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: reader }
rules:
  - { apiGroups: ['*'], resources: ['*'], verbs: [get, list, watch] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: reader }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader }
subjects: [{ kind: ServiceAccount, name: reader, namespace: monitoring }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: prometheus, namespace: monitoring }
data:
  prometheus.yml: |
    global: { scrape_interval: 15s }
    scrape_configs:
      - job_name: ksm
        honor_labels: true
        static_configs: [{ targets: ['ksm.monitoring.svc:8080'] }]
---
apiVersion: v1
kind: Pod
metadata: { name: prometheus, namespace: monitoring, labels: { app: prometheus } }
spec:
  serviceAccountName: reader
  containers:
    - name: prometheus
      image: quay.io/prometheus/prometheus:v3.5.3
      args: [--config.file=/etc/prometheus/prometheus.yml]
      ports: [{ containerPort: 9090 }]
      readinessProbe: { httpGet: { path: /-/ready, port: 9090 } }
      volumeMounts: [{ name: config, mountPath: /etc/prometheus }]
  volumes: [{ name: config, configMap: { name: prometheus } }]
---
apiVersion: v1
kind: Service
metadata: { name: prometheus, namespace: monitoring }
spec: { selector: { app: prometheus }, ports: [{ port: 9090 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: ksm, namespace: monitoring, labels: { app: ksm } }
spec:
  serviceAccountName: reader
  containers:
    - name: ksm
      image: registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0
      ports: [{ containerPort: 8080 }]
---
apiVersion: v1
kind: Service
metadata: { name: ksm, namespace: monitoring }
spec: { selector: { app: ksm }, ports: [{ port: 8080 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: queue, namespace: default }
spec:
  replicas: 0
  selector: { matchLabels: { app: queue } }
  template:
    metadata: { labels: { app: queue } }
    spec: { containers: [{ name: c, image: 'registry.k8s.io/pause:3.10' }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: c, image: 'registry.k8s.io/pause:3.10' }] }
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: { name: web, namespace: default }
spec:
  scaleTargetRef: { name: web }
  pollingInterval: 10
  cooldownPeriod: 60
  maxReplicaCount: 5
  triggers:
    - type: prometheus
      metadata:
        serverAddress: http://prometheus.monitoring.svc:9090
        query: sum(kube_deployment_spec_replicas{namespace="default", deployment="queue"})
        threshold: "2"
`;

const ofApps = '/apis/apps/v1/namespaces/default/deployments';

async function replicas(cluster: Cluster): Promise<number | undefined> {
  const { body } = await cluster.request({ method: 'GET', path: `${ofApps}/web` });
  return (body as { readonly spec?: { readonly replicas?: number } }).spec?.replicas;
}

async function lengthen(cluster: Cluster, count: number): Promise<void> {
  const { status } = await cluster.request({
    ...{ method: 'PATCH', path: `${ofApps}/queue`, body: { spec: { replicas: count } } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  expect(status).toBe(200);
}

it('scales a Deployment by a query, from zero and to zero', async () => {
  await using cluster = await simulate({ seed: 1, operators: ['keda'] });
  await cluster.apply(manifests(objects));
  await cluster.advance('2m');
  expect(await replicas(cluster)).toBe(0);
  await lengthen(cluster, 7);
  await cluster.advance('2m');
  expect(await replicas(cluster)).toBe(4);
  const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/keda-hpa-web';
  const { body } = await cluster.request({ method: 'GET', path });
  expect(body).toMatchObject({
    status: {
      currentMetrics: [
        { external: { metric: { name: 's0-prometheus' }, current: { averageValue: '1750m' } } },
      ],
    },
  });
  await lengthen(cluster, 0);
  await cluster.advance('3m');
  expect(await replicas(cluster)).toBe(0);
}, 120_000);
