import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { parseKindConfig } from '../../gpu/kind-config.js';
import { loadScenario } from '../../scenario/scenario.js';
import { sail } from '../../scenario/voyage.js';
import { readCheckInput } from '../read-input.js';
import { surveyOf } from '../survey.js';
import { firstScenario } from './index.js';

const served = (
  name: string,
  spec: string,
  resources: string,
  count = 1,
  policy = 'Always',
) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ml }
spec:
  replicas: ${count}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      ${spec}
      containers:
        - name: main
          image: ${name}
          imagePullPolicy: ${policy}
          ports: [{ containerPort: 80 }]
          resources: ${resources}
`;
const manifests = {
  'k8s/llm.yaml': served(
    'llm',
    'nodeSelector: { pool: big }',
    '{ limits: { nvidia.com/gpu: 3 } }',
    3,
  ),
  'k8s/web.yaml': `${served('web', 'runtimeClassName: gvisor', '{}', 1, 'Never')}---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: ml }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
{ apiVersion: example.com/v1, kind: Widget, metadata: { name: w, namespace: ml } }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: shared, namespace: ml }
spec:
  storageClassName: nfs
  accessModes: [ReadWriteMany]
  resources: { requests: { storage: 2Gi } }
`,
  'k8s/zz.yaml': '{ apiVersion: v1, kind: Namespace, metadata: { name: ml } }\n',
};

function written(texts: Readonly<Record<string, string>>, inFolder: string): void {
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(inFolder, name)), { recursive: true });
    writeFileSync(join(inFolder, name), text);
  }
}

it('is derived from the manifests, and passes as it stands', async () => {
  const root = mkdtempSync(join(tmpdir(), 'seatrial-first-'));
  written(manifests, root);
  const inputs = [join(root, 'k8s')];
  const folder = join(root, 'scenarios', 'first');
  const { files, told } = firstScenario(surveyOf(readCheckInput(inputs)), {
    ...{ name: 'first', folder, inputs },
  });
  const { nodes } = parseKindConfig(files['kind-config.yaml'] ?? '', 'kind-config.yaml');
  const gpus = nodes.filter(({ labels }) => labels['nvidia.com/gpu.count'] !== undefined);
  // Two pods of three GPUs fit on a node of eight.
  expect(gpus.map(({ labels }) => [labels['pool'], labels['nvidia.com/gpu.count']])).toEqual([
    ['big', '8'],
    ['big', '8'],
  ]);
  expect(nodes).toHaveLength(1 + 3 + gpus.length);
  // The namespace is made by the last file of the folder, and has to come first.
  expect(files['scenario.yaml'])
    .toContain(`  cluster: { config: kind-config.yaml, serviceTraffic: true, loadedImages: [ web ] }
  steps:
    - apply: { files: [stand-ins.yaml] }
    - advance: 10s
    - apply:
        files:
          - ../../k8s/zz.yaml
          - ../../k8s/llm.yaml
          - ../../k8s/web.yaml
    - wait: { apiVersion: apps/v1, kind: Deployment, namespace: ml, name: llm, condition: Available, within: 10m }
`);
  expect(told).toContain(
    'stand-ins.yaml: CustomResourceDefinition widgets.example.com, StorageClass nfs, RuntimeClass gvisor, PersistentVolume ml-shared: named, and not among the manifests',
  );
  written(files, folder);
  const { steps } = await sail(loadScenario(join(folder, 'scenario.yaml')), {
    seed: 1,
    tell: () => undefined,
  });
  expect(steps.map(({ result, message }) => message ?? result)).toEqual(steps.map(() => 'passed'));
  expect(steps.some(({ title }) => title === 'fault nodeDown first-worker4')).toBe(true);
});
