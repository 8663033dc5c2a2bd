/** Benchmarks of `seatrial check`: the static pass over many documents. */
import { parseManifests } from '../../src/input/manifests.js';
import { staticPass } from '../../src/check/static-pass.js';
import type { Benchmark } from './benchmark.js';

const applications = 100;

/** Five documents an application: what teams write. */
const text = Array.from({ length: applications }, (_, index) => {
  const name = `app-${index}`;
  const namespace = `team-${index % 10}`;
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  replicas: 3
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      serviceAccountName: ${name}
      containers:
        - name: main
          image: example.com/${name}:1.0
          ports: [{ name: http, containerPort: 8080 }]
          env:
            - { name: NEXT, value: 'http://app-${(index + 10) % applications}:80/' }
            - { name: MODE, valueFrom: { configMapKeyRef: { name: ${name}, key: mode } } }
          readinessProbe: { httpGet: { path: /, port: http } }
          resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { nvidia.com/gpu: 1 } }
---
{ apiVersion: v1, kind: ServiceAccount, metadata: { name: ${name}, namespace: ${namespace} } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}, namespace: ${namespace} }
data: { mode: fast }
---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: { selector: { app: ${name} }, ports: [{ port: 80, targetPort: http }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  podSelector: { matchLabels: { app: ${name} } }
  ingress: [{ from: [{ podSelector: {} }] }]
`;
}).join('---');

/** All of them. */
export const checkBenchmarks: readonly Benchmark[] = [
  {
    name: 'check: static pass over 500 documents, from text',
    unit: 'documents',
    run: () => {
      const manifests = parseManifests(text, 'bench.yaml');
      const { findings } = staticPass({ manifests, unread: [], notes: [] });
      if (findings.some(({ severity }) => severity === 'error'))
        throw new Error('no errors are due');
      return manifests.length;
    },
  },
];
