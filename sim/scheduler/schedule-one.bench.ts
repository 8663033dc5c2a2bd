/** How long the decisions themselves take: 800 pods with a GPU each, one after another on 100 nodes. */
import { bench, describe } from 'vitest';
import { defaultFeatureGates, readConfiguration } from './configuration.js';
import { registry } from './plugins/index.js';
import { PodInfo } from './pod-info.js';
import { Nominator } from './queue/nominator.js';
import { Framework } from './runtime.js';
import { scheduleOne } from './schedule-one.js';
import { NodeSnapshot } from './snapshot.js';

describe('scheduling', () => {
  bench('800 GPU pods on 100 nodes (must stay below 300 ms)', () => {
    const nodes = gpuNodes(100);
    const framework = frameworkOn(nodes);
    let startIndex = 0;
    for (let index = 0; index < 800; index++) {
      const pod = gpuPod(index);
      const attempt = scheduleOne(framework, pod, { startIndex, percentageOfNodesToScore: 0 });
      startIndex = attempt.nextStartIndex;
      if (attempt.outcome.kind !== 'scheduled') throw new Error(`pod ${index} fits nowhere`);
      nodes.addPod(pod.on(attempt.outcome.node), attempt.outcome.node);
    }
  });
});

function gpuNodes(count: number): NodeSnapshot {
  const nodes = new NodeSnapshot();
  for (let index = 0; index < count; index++) {
    const name = `gpu-${index}`;
    nodes.setNode({
      metadata: {
        name,
        labels: {
          'kubernetes.io/hostname': name,
          'topology.kubernetes.io/zone': `z${index % 3}`,
          'nvidia.com/gpu.product': 'NVIDIA-H100-80GB-HBM3',
        },
      },
      spec: { taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }] },
      status: {
        allocatable: { cpu: '96', memory: '1Ti', pods: '110', 'nvidia.com/gpu': '8' },
      },
    });
  }
  return nodes;
}

function gpuPod(index: number): PodInfo {
  const amounts = { cpu: '8', memory: '64Gi', 'nvidia.com/gpu': '1' };
  return new PodInfo({
    metadata: {
      name: `worker-${index}`,
      namespace: 'training',
      uid: `uid-${index}`,
      labels: { app: 'worker' },
    },
    spec: {
      containers: [
        {
          name: 'worker',
          image: 'registry.example/train:1',
          resources: { requests: amounts, limits: { 'nvidia.com/gpu': '1' } },
        },
      ],
      tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
      nodeSelector: { 'nvidia.com/gpu.product': 'NVIDIA-H100-80GB-HBM3' },
    },
  });
}

function frameworkOn(nodes: NodeSnapshot): Framework {
  const [profile] = readConfiguration().profiles;
  if (profile === undefined) throw new Error('there is a default profile');
  return new Framework(profile, {
    objects: { get: () => undefined, list: () => [] },
    nodes,
    nominator: new Nominator(),
    features: defaultFeatureGates,
    registry,
    now: () => 0,
  });
}
