/** Benchmarks of the scheduler's decisions alone. */
import { defaultFeatureGates, readConfiguration } from '../../sim/scheduler/configuration.js';
import { registry } from '../../sim/scheduler/plugins/index.js';
import { PodInfo } from '../../sim/scheduler/pod-info.js';
import { Nominator } from '../../sim/scheduler/queue/nominator.js';
import { Framework } from '../../sim/scheduler/runtime.js';
import { scheduleOne } from '../../sim/scheduler/schedule-one.js';
import { NodeSnapshot } from '../../sim/scheduler/snapshot.js';
import type { Benchmark } from './benchmark.js';
import { gpuNodes } from './cluster.js';

function snapshotOf(count: number): NodeSnapshot {
  const nodes = new NodeSnapshot();
  gpuNodes(count).forEach(({ name, labels, capacity, devices }, index) => {
    const zone = `z${index % 3}`;
    const places = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone };
    const allocatable = { ...capacity, 'nvidia.com/gpu': String(devices.length) };
    nodes.setNode({
      metadata: { name, labels: { ...labels, ...places } },
      status: { allocatable },
    });
  });
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
      topologySpreadConstraints: [
        {
          maxSkew: 5,
          topologyKey: 'topology.kubernetes.io/zone',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { app: 'worker' } },
        },
      ],
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

function schedule(pods: number, nodeCount: number): number {
  const nodes = snapshotOf(nodeCount);
  const framework = frameworkOn(nodes);
  let startIndex = 0;
  for (let index = 0; index < pods; index++) {
    const pod = gpuPod(index);
    const attempt = scheduleOne(framework, pod, { startIndex, percentageOfNodesToScore: 0 });
    startIndex = attempt.nextStartIndex;
    if (attempt.outcome.kind !== 'scheduled') throw new Error(`pod ${index} fits nowhere`);
    nodes.addPod(pod.on(attempt.outcome.node), attempt.outcome.node);
  }
  return pods;
}

/** The scheduler's decisions, without the API. */
export const schedulerBenchmarks: readonly Benchmark[] = [
  { name: 'scheduler: 800 GPU pods on 100 nodes', unit: 'pods', run: () => schedule(800, 100) },
  { name: 'scheduler: 800 GPU pods on 1,000 nodes', unit: 'pods', run: () => schedule(800, 1000) },
];
