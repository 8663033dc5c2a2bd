/** A platform's own GPU monitoring: dcgm-exporter, a Prometheus that scrapes it, and what acts on its series. */
import { expect, it } from 'vitest';
import type { ContainerContext, Workload } from '../sim/workloads/workload.js';
import { serveHttp } from '../sim/workloads/agnhost/http.js';
import { keda } from '../sim/operators/keda.js';
import { bootSimulatedCluster } from '../src/backends/sim.js';
import { manifests, type Cluster } from '../src/index.js';
import { isAlertSent } from '../src/scenario/alert-step.js';
import { gpuNodes } from './bench/cluster.js';

const exporter = `
apiVersion: v1
kind: Namespace
metadata: { name: monitoring }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: dcgm-exporter, namespace: monitoring, labels: { app: dcgm-exporter } }
spec:
  selector: { matchLabels: { app: dcgm-exporter } }
  template:
    metadata: { labels: { app: dcgm-exporter } }
    spec:
      automountServiceAccountToken: false
      nodeSelector: { nvidia.com/gpu.product: NVIDIA-A100-SXM4-80GB }
      containers:
        - name: dcgm-exporter
          image: nvcr.io/nvidia/k8s/dcgm-exporter:4.5.3-4.8.2-distroless
          env:
            - { name: DCGM_EXPORTER_LISTEN, value: ":9400" }
            - { name: DCGM_EXPORTER_KUBERNETES, value: "true" }
            - name: NODE_NAME
              valueFrom: { fieldRef: { fieldPath: spec.nodeName } }
          ports: [{ name: metrics, containerPort: 9400 }]
          livenessProbe: { httpGet: { path: /health, port: 9400 } }
          securityContext: { runAsUser: 0, capabilities: { add: [SYS_ADMIN], drop: [ALL] } }
          volumeMounts:
            - { name: pod-gpu-resources, readOnly: true, mountPath: /var/lib/kubelet/pod-resources }
      volumes:
        - { name: pod-gpu-resources, hostPath: { path: /var/lib/kubelet/pod-resources } }
---
apiVersion: v1
kind: Service
metadata: { name: dcgm-exporter, namespace: monitoring }
spec: { clusterIP: None, selector: { app: dcgm-exporter }, ports: [{ name: metrics, port: 9400 }] }
`;

const prometheus = `
apiVersion: v1
kind: ConfigMap
metadata: { name: prometheus, namespace: monitoring }
data:
  prometheus.yml: |
    global: { scrape_interval: 15s, evaluation_interval: 15s }
    rule_files: [/etc/prometheus/*.rules]
    alerting:
      alertmanagers: [{ static_configs: [{ targets: ['alertmanager.monitoring.svc:9093'] }] }]
    scrape_configs:
      - job_name: dcgm
        honor_labels: true
        dns_sd_configs:
          - { names: [dcgm-exporter.monitoring.svc.cluster.local], type: A, port: 9400 }
  gpu.rules: |
    groups:
      - name: gpu
        rules:
          - alert: GpuXid
            expr: DCGM_FI_DEV_XID_ERRORS > 0
            labels: { severity: critical }
            annotations:
              summary: 'GPU {{ $labels.gpu }} of {{ $labels.Hostname }}: {{ $labels.err_msg }}'
---
apiVersion: v1
kind: Pod
metadata: { name: prometheus, namespace: monitoring, labels: { app: prometheus } }
spec:
  containers:
    - name: prometheus
      image: quay.io/prometheus/prometheus:v3.5.3
      args: [--config.file=/etc/prometheus/prometheus.yml]
      volumeMounts: [{ name: config, mountPath: /etc/prometheus }]
  volumes: [{ name: config, configMap: { name: prometheus } }]
---
apiVersion: v1
kind: Service
metadata: { name: prometheus, namespace: monitoring }
spec: { selector: { app: prometheus }, ports: [{ port: 9090 }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: alertmanager, namespace: monitoring }
data:
  alertmanager.yml: |
    route:
      receiver: nobody
      group_by: [alertname]
      routes: [{ matchers: [severity="critical"], receiver: pager, group_wait: 20s }]
    receivers:
      - name: nobody
      - name: pager
        webhook_configs: [{ url: 'http://pager.monitoring.svc:8080/alerts' }]
---
apiVersion: v1
kind: Pod
metadata: { name: alertmanager, namespace: monitoring, labels: { app: alertmanager } }
spec:
  containers:
    - name: alertmanager
      image: quay.io/prometheus/alertmanager:v0.28.1
      args: [--config.file=/etc/alertmanager/alertmanager.yml]
      readinessProbe: { httpGet: { path: /-/ready, port: 9093 } }
      volumeMounts: [{ name: config, mountPath: /etc/alertmanager }]
  volumes: [{ name: config, configMap: { name: alertmanager } }]
---
apiVersion: v1
kind: Service
metadata: { name: alertmanager, namespace: monitoring }
spec: { selector: { app: alertmanager }, ports: [{ port: 9093 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: pager, namespace: monitoring, labels: { app: pager } }
spec: { containers: [{ name: pager, image: pager }] }
---
apiVersion: v1
kind: Service
metadata: { name: pager, namespace: monitoring }
spec: { selector: { app: pager }, ports: [{ port: 8080 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: scorer, namespace: default }
spec:
  replicas: 1
  selector: { matchLabels: { app: scorer } }
  template:
    metadata: { labels: { app: scorer } }
    spec: { containers: [{ name: c, image: scorer, resources: { limits: { nvidia.com/gpu: 1 } } }] }
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: { name: scorer, namespace: default }
spec:
  scaleTargetRef: { name: scorer }
  pollingInterval: 10
  minReplicaCount: 1
  maxReplicaCount: 3
  triggers:
    - type: prometheus
      metadata:
        serverAddress: http://prometheus.monitoring.svc:9090
        query: sum(DCGM_FI_DEV_GPU_UTIL{namespace="default", pod=~"scorer-.*"})
        threshold: "40"
`;

const programs = new Set<ContainerContext>();
const inference: Workload = {
  name: 'inference',
  start: context => {
    programs.add(context);
    return { terminate: () => context.exit(0), ended: () => void programs.delete(context) };
  },
};

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

function useGpus(share: number): void {
  for (const { use, devices } of programs) {
    const ids = devices['nvidia.com/gpu'] ?? [];
    const gpuUtilization = Object.fromEntries(ids.map(id => [id, share]));
    use({ cpuMillis: 100, memoryBytes: 2 ** 28, gpuUtilization });
  }
}

const logOf = async (cluster: Cluster, pod: string): Promise<string> => {
  const path = `/api/v1/namespaces/monitoring/pods/${pod}/log`;
  return String((await cluster.request({ method: 'GET', path })).body);
};

it('scales by the use of GPUs, and alerts when one falls off the bus', async () => {
  programs.clear();
  pages.length = 0;
  await using cluster = await bootSimulatedCluster({
    seed: 1,
    nodes: gpuNodes(1, 4),
    operators: [keda],
    workloads: [
      { image: 'scorer', workload: inference },
      { image: 'pager', workload: pager },
    ],
  });
  await cluster.apply(manifests(exporter));
  await cluster.apply(manifests(prometheus));
  await cluster.until(() => programs.size === 1, { within: '2m' });
  useGpus(0.9);
  expect(await cluster.until(() => programs.size === 3, { within: '3m' })).toBe(true);

  const [node] = cluster.simulation.nodes.values();
  node?.failDevice(3, 79);
  await cluster.advance('1m');
  expect(await logOf(cluster, 'prometheus')).toContain(
    'alert GpuXid firing: GPU 3 of node-0000: GPU has fallen off the bus',
  );
  expect(pages).toEqual([
    {
      receiver: 'pager',
      status: 'firing',
      alerts: [
        {
          status: 'firing',
          labels: expect.objectContaining({ alertname: 'GpuXid', gpu: '3', err_code: '79' }),
          annotations: { summary: 'GPU 3 of node-0000: GPU has fallen off the bus' },
          startsAt: expect.stringMatching(/^2026-01-01T/),
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL:
            'http://prometheus:9090/graph?g0.expr=DCGM_FI_DEV_XID_ERRORS+%3E+0&g0.tab=1',
          fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
        },
      ],
      groupLabels: { alertname: 'GpuXid' },
      commonLabels: expect.objectContaining({ severity: 'critical' }),
      commonAnnotations: { summary: 'GPU 3 of node-0000: GPU has fallen off the bus' },
      externalURL: 'http://alertmanager:9093',
      version: '4',
      groupKey: '{}/{severity="critical"}:{alertname="GpuXid"}',
      truncatedAlerts: 0,
    },
  ]);
  // A scenario's step `alert` finds it in the log.
  const ask = async (path: string) => (await cluster.request({ method: 'GET', path })).body;
  const wanted = { name: 'GpuXid', receiver: 'pager', namespace: 'monitoring' } as const;
  const resolved = { ...wanted, state: 'resolved' } as const;
  expect([await isAlertSent(wanted, ask), await isAlertSent(resolved, ask)]).toEqual([true, false]);
  // Put right, it is told of with the next look at the group.
  node?.repairDevice(3);
  await cluster.advance('7m');
  expect(await isAlertSent(resolved, ask)).toBe(true);
  expect(pages).toHaveLength(2);
  expect(pages[1]).toMatchObject({ status: 'resolved', alerts: [{ status: 'resolved' }] });
});
