/** What a cluster is watched with in these tests: a Prometheus, what it scrapes, and rules of platform engineers. */

const rbac = `
apiVersion: v1
kind: Namespace
metadata: { name: monitoring }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: watcher, namespace: monitoring }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: watcher }
rules:
  - { apiGroups: ['*'], resources: ['*'], verbs: [get, list, watch] }
  - { apiGroups: [authorization.k8s.io], resources: [subjectaccessreviews], verbs: [create] }
  - { nonResourceURLs: [/metrics, /metrics/slis], verbs: [get] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: watcher }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: watcher }
subjects: [{ kind: ServiceAccount, name: watcher, namespace: monitoring }]
`;

const exporters = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: state, namespace: monitoring }
spec:
  selector: { matchLabels: { app: state } }
  template:
    metadata: { labels: { app: state } }
    spec:
      serviceAccountName: watcher
      nodeSelector: { kubernetes.io/hostname: node-0000 }
      containers:
        - name: state
          image: registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0
          args: [--host=127.0.0.1, --port=8080]
        - name: proxy
          image: quay.io/brancz/kube-rbac-proxy:v0.22.0
          args: ['--secure-listen-address=:8443', '--upstream=http://127.0.0.1:8080/']
          ports: [{ name: https, containerPort: 8443 }]
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: machines, namespace: monitoring }
spec:
  selector: { matchLabels: { app: machines } }
  template:
    metadata: { labels: { app: machines } }
    spec:
      hostNetwork: true
      tolerations: [{ operator: Exists }]
      containers:
        - name: machines
          image: quay.io/prometheus/node-exporter:v1.12.0
          ports: [{ name: metrics, containerPort: 9100 }]
---
apiVersion: v1
kind: Service
metadata: { name: state, namespace: monitoring, labels: { app: state } }
spec: { selector: { app: state }, ports: [{ name: https, port: 8443 }] }
---
apiVersion: v1
kind: Service
metadata: { name: machines, namespace: monitoring, labels: { app: machines } }
spec: { clusterIP: None, selector: { app: machines }, ports: [{ name: metrics, port: 9100 }] }
---
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: { name: main, namespace: monitoring }
spec:
  serviceAccountName: watcher
  nodeSelector: { kubernetes.io/hostname: node-0000 }
  serviceDiscoveryRole: EndpointSlice
  serviceMonitorSelector: {}
  ruleSelector: {}
  scrapeInterval: 15s
  evaluationInterval: 15s
`;

const token = 'bearerTokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token';

/** Tells the pages of a kubelet apart. */
const path = '{ sourceLabels: [__metrics_path__], targetLabel: metrics_path }';

const monitor = (name: string, spec: string): string => `
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: ${name}, namespace: monitoring }
spec: ${spec}
`;

/** The programs of kubeadm's static pods, which no Service selects here. */
const program = (name: string, port: number): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: kube-system, labels: { app.kubernetes.io/name: ${name} } }
spec: { clusterIP: None, ports: [{ name: https-metrics, port: ${port} }] }
---
apiVersion: v1
kind: Endpoints
metadata: { name: ${name}, namespace: kube-system }
subsets: [{ addresses: [{ ip: 172.18.0.2 }], ports: [{ name: https-metrics, port: ${port} }] }]
---
${monitor(
  name,
  `{ jobLabel: app.kubernetes.io/name, namespaceSelector: { matchNames: [kube-system] },
     selector: { matchLabels: { app.kubernetes.io/name: ${name} } },
     endpoints: [
       { port: https-metrics, scheme: https, ${token} },
       { port: https-metrics, scheme: https, path: /metrics/slis, relabelings: [${path}], ${token} },
     ] }`,
)}`;

const monitors = [
  program('kube-scheduler', 10_259),
  program('kube-controller-manager', 10_257),
  monitor(
    'apiserver',
    `{ jobLabel: component, namespaceSelector: { matchNames: [default] },
       selector: { matchLabels: { component: apiserver } },
       endpoints: [{ port: https, scheme: https, ${token} }] }`,
  ),
  monitor(
    'kubelets',
    `{ jobLabel: k8s-app, namespaceSelector: { matchNames: [kube-system] },
       selector: { matchLabels: { k8s-app: kubelet } },
       endpoints: [
         { port: https-metrics, scheme: https, relabelings: [${path}], ${token} },
         { port: https-metrics, scheme: https, path: /metrics/cadvisor, relabelings: [${path}], honorLabels: true, ${token} },
         { port: https-metrics, scheme: https, path: /metrics/probes, relabelings: [${path}], ${token} },
       ] }`,
  ),
  monitor(
    'state',
    `{ selector: { matchLabels: { app: state } },
       endpoints: [{ port: https, scheme: https, honorLabels: true, ${token} }] }`,
  ),
  monitor(
    'machines',
    `{ selector: { matchLabels: { app: machines } }, endpoints: [{ port: metrics }] }`,
  ),
];

/** Nobody's token is shown: the API server and the proxy do not answer. */
export const tokenless = [
  monitor(
    'tokenless-apiserver',
    `{ namespaceSelector: { matchNames: [default] }, selector: { matchLabels: { component: apiserver } },
       endpoints: [{ port: https, scheme: https }] }`,
  ),
  monitor(
    'tokenless-state',
    `{ selector: { matchLabels: { app: state } }, endpoints: [{ port: https, scheme: https }] }`,
  ),
].join('---');

const rule = (alert: string, expr: string, minutes = 2): string =>
  `- { alert: ${alert}, expr: ${JSON.stringify(expr)}, for: ${minutes}m }`;

const rules = `
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: { name: cluster, namespace: monitoring }
spec:
  groups:
    - name: recorded
      rules:
        - { record: 'errors:ratio', expr: 'sum(rate(apiserver_request_total{code=~"5.."}[2m])) / sum(rate(apiserver_request_total[2m]))' }
        - { record: 'latency:p99', expr: 'histogram_quantile(0.99, sum by (le) (rate(apiserver_request_sli_duration_seconds_bucket[2m])))' }
        - { record: 'relist:p99', expr: 'histogram_quantile(0.99, sum by (le) (rate(kubelet_pleg_relist_duration_seconds_bucket[2m])))' }
        - { record: 'attempts:p99', expr: 'histogram_quantile(0.99, sum by (le) (scheduler_scheduling_attempt_duration_seconds_bucket))' }
        - { record: 'queues:p99', expr: 'histogram_quantile(0.99, sum by (le) (rate(workqueue_queue_duration_seconds_bucket{job="kube-controller-manager"}[2m])))' }
        - { record: 'clients:requests', expr: 'sum by (job) (rate(rest_client_requests_total{code="200"}[2m]) > 0)' }
        - { record: 'cpu:busy', expr: '1 - avg(rate(node_cpu_seconds_total{mode="idle"}[2m]))' }
    - name: alerts
      rules:
        ${[
          rule('AlwaysOn', 'vector(1)', 0),
          rule('SchedulerUnseen', 'absent(up{job="kube-scheduler"} == 1)'),
          rule('ManagerUnseen', 'absent(up{job="kube-controller-manager"} == 1)'),
          rule('TargetsDown', 'up == 0'),
          rule(
            'CrashLoop',
            'max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[3m]) >= 1',
            0,
          ),
          rule('JobFailed', 'kube_job_failed{condition="true"} > 0'),
          rule('NodeAway', 'kube_node_status_condition{condition="Ready",status="true"} == 0'),
          rule(
            'QuotaFull',
            'kube_resourcequota{type="used"} / ignoring(type) (kube_resourcequota{type="hard"} > 0) >= 1',
          ),
          rule(
            'ScaledOut',
            'kube_horizontalpodautoscaler_status_current_replicas == kube_horizontalpodautoscaler_spec_max_replicas',
          ),
          rule('ApiErrors', 'errors:ratio > 0.01', 1),
          rule('ProbesFail', 'rate(prober_probe_total{result="failed"}[1m]) > 0', 1),
        ].join('\n        ')}
`;

/** All of it. */
export const watched = [rbac, exporters, ...monitors, rules].join('---');

/** What goes wrong after a while. */
export const faults = `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: batch/v1
kind: Job
metadata: { name: fails, namespace: shop }
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: c, image: busybox, command: [sh, -c, exit 1] }]
---
apiVersion: v1
kind: Pod
metadata: { name: crashes, namespace: shop }
spec: { nodeName: node-0000, containers: [{ name: c, image: busybox, command: [sh, -c, exit 1] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: unready, namespace: shop }
spec:
  nodeName: node-0000
  containers:
    - name: c
      image: registry.k8s.io/e2e-test-images/agnhost:2.59
      args: [netexec, --http-port=8080]
      readinessProbe: { periodSeconds: 5, httpGet: { port: 9999 } }
---
apiVersion: v1
kind: ResourceQuota
metadata: { name: few, namespace: shop }
spec: { hard: { configmaps: '1' } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: scaled, namespace: shop }
spec:
  selector: { matchLabels: { app: scaled } }
  template:
    metadata: { labels: { app: scaled, seatrial.dev/workload: busy } }
    spec: { containers: [{ name: c, image: x, resources: { requests: { cpu: 10m } } }] }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: scaled, namespace: shop }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: scaled }
  maxReplicas: 2
  metrics:
    - type: Resource
      resource: { name: cpu, target: { type: Utilization, averageUtilization: 50 } }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: broken }
webhooks:
  - name: broken.example.com
    failurePolicy: Fail
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig: { service: { namespace: shop, name: nobody } }
    matchConditions: [{ name: one, expression: "request.name == 'control'" }]
    rules:
      - apiGroups: [coordination.k8s.io]
        apiVersions: [v1]
        resources: [leases]
        operations: [UPDATE]
`;
