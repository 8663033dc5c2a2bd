import { expect, it } from 'vitest';
import { parseManifests } from '../input/manifests.js';
import { labelledPools, nodesText, poolsLeftOut } from './labelled-pools.js';
import { surveyOf } from './survey.js';

const pod = (name: string, selector: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec: { nodeSelector: { ${selector} }, containers: [{ name: c, image: i }] }
---`;

it('has nodes with the labels that pods ask for and no usual node has', () => {
  const text = [
    pod('a', 'kubernetes.io/os: linux'),
    pod('b', 'node-role.kubernetes.io/control-plane: ""'),
    pod('c', 'cloud.google.com/gke-nodepool: big, kubernetes.io/os: linux'),
  ].join('\n');
  const survey = surveyOf({ manifests: parseManifests(text, 'm.yaml'), unread: [], notes: [] });
  const pools = labelledPools(survey);
  expect(pools).toEqual([
    expect.objectContaining({ count: 2, labels: { 'cloud.google.com/gke-nodepool': 'big' } }),
  ]);
  expect(pools.map(nodesText)).toEqual(['nodes with cloud.google.com/gke-nodepool=big']);
});

it('counts the devices of other makers, and says that nothing is behind them', () => {
  const text = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: jetstream }
spec:
  replicas: 3
  selector: { matchLabels: { app: j } }
  template:
    metadata: { labels: { app: j } }
    spec:
      nodeSelector: { cloud.google.com/gke-tpu-topology: 2x4 }
      containers:
        - name: c
          image: i
          resources: { limits: { google.com/tpu: 8, hugepages-2Mi: 1Gi, memory: 1Gi } }
`;
  const survey = surveyOf({ manifests: parseManifests(text, 'm.yaml'), unread: [], notes: [] });
  const pools = labelledPools(survey);
  expect(pools).toEqual([
    expect.objectContaining({
      count: 3,
      labels: {
        'cloud.google.com/gke-tpu-topology': '2x4',
        'google.com.capacity.seatrial.dev/tpu': '8',
        'capacity.seatrial.dev/hugepages-2Mi': String(3 * 2 ** 30),
      },
    }),
  ]);
  expect(pools.map(nodesText)).toEqual([
    `nodes with cloud.google.com/gke-tpu-topology=2x4, 8 google.com/tpu (no device behind it), ${3 * 2 ** 30} hugepages-2Mi (no device behind it)`,
  ]);
});

it('has nodes for DaemonSets of some nodes alone, and none for those of all', () => {
  const set = (name: string, spec: string): string => `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { ${spec}, containers: [{ name: c, image: i }] }
---`;
  const expression =
    '{ key: feature.node.kubernetes.io/pci-10de.present, operator: In, values: ["true"] }';
  const affinity = `nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [${expression}] }] } }`;
  const text = [
    set('all', 'hostNetwork: true'),
    set('masters', 'nodeSelector: { node-role.kubernetes.io/control-plane: "" }'),
    set('gpus', `affinity: { ${affinity} }`),
  ].join('');
  const survey = surveyOf({ manifests: parseManifests(text, 'm.yaml'), unread: [], notes: [] });
  expect(labelledPools(survey).map(nodesText)).toEqual([
    'nodes with feature.node.kubernetes.io/pci-10de.present=true',
  ]);
});

it('has both for pods of one set of labels, those with GPUs and those without, and tells of sets too many', () => {
  const gpuPod = (name: string, selector: string): string =>
    pod(name, selector).replace(
      'image: i',
      'image: i, resources: { limits: { nvidia.com/gpu: 1 } }',
    );
  const sets = ['a: "1"', 'a: "2"', 'a: "3"', 'a: "4"', 'a: "5"'];
  const text = [...sets.map((set, index) => pod(`p${index}`, set)), gpuPod('g', 'a: "2"')].join('');
  const survey = surveyOf({ manifests: parseManifests(text, 'm.yaml'), unread: [], notes: [] });
  const pools = labelledPools(survey);
  expect(pools.map(({ labels, gpus }) => [labels?.['a'], gpus?.count])).toEqual([
    ['1', undefined],
    ['2', undefined],
    ['2', 1],
    ['3', undefined],
    ['4', undefined],
  ]);
  expect(new Set(pools.map(({ name }) => name)).size).toBe(5);
  expect(pools.slice(1, 3).map(nodesText)).toEqual(['nodes with a=2', 'GPU nodes with a=2']);
  expect(poolsLeftOut(survey)).toEqual([
    'nodes with a=5 (voyages have nodes for 4 sets of labels)',
  ]);
});
