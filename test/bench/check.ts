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

const refusedFields = 20_000;

/** Each of its values is a number, where a text is needed. */
const refusedText = `
apiVersion: v1
kind: ConfigMap
metadata: { name: large }
data:
${Array.from({ length: refusedFields }, (_, index) => `  key-${index}: ${index}`).join('\n')}
`;

/** A definition as generators write them: pods within pods, told of in full. */
const definitionText = JSON.stringify(largeDefinition());

function largeDefinition(): object {
  const text = {
    type: 'string',
    description: 'What the generator took from a comment. '.repeat(5),
  };
  const level = (below: object): object => ({
    type: 'object',
    properties: Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`field${index}`, index < 3 ? below : text]),
    ),
  });
  const schema = level(level(level(level(level(level(text))))));
  const versions = [
    { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } },
  ];
  const names = { kind: 'Large', listKind: 'LargeList', plural: 'larges', singular: 'large' };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'larges.example.com' },
    spec: { group: 'example.com', names, scope: 'Namespaced', versions },
  };
}

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
  {
    name: 'check: static pass over a map of which every field is refused',
    unit: 'fields',
    run: () => {
      const manifests = parseManifests(refusedText, 'bench.yaml');
      const { findings } = staticPass({ manifests, unread: [], notes: [] });
      if (findings.length < refusedFields) throw new Error('each field is refused');
      return refusedFields;
    },
  },
  {
    name: 'check: static pass over one large definition',
    unit: 'bytes',
    run: () => {
      const manifests = parseManifests(definitionText, 'bench.yaml');
      const { findings } = staticPass({ manifests, unread: [], notes: [] });
      if (findings.length > 0) throw new Error('nothing is wrong with it');
      return definitionText.length;
    },
  },
];
