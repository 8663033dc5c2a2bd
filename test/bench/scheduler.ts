/** Benchmarks of the scheduler's decisions alone. */
import { defaultFeatureGates, readConfiguration } from '../../sim/scheduler/configuration.js';
import { registry } from '../../sim/scheduler/plugins/index.js';
import type { PodSpec } from '../../sim/api/kinds/core.js';
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

/** What a pod of a mix is like, by its index. */
type Mix = (index: number) => object;

const requests = (cpu: string, memory: string): object => ({
  containers: [
    { name: 'main', image: 'registry.example/app:1', resources: { requests: { cpu, memory } } },
  ],
});

/** Pods that ask for cpu and memory, of eight sizes. */
const plain: Mix = index => requests(`${500 + (index % 8) * 250}m`, `${1 + (index % 4)}Gi`);

/** Pods of forty applications: each is spread over zones, keeps off its own kind and stays near another. */
const choosy: Mix = index => {
  const app = { matchLabels: { app: `app-${index % apps}` } };
  const near = { matchLabels: { app: `app-${(index + 1) % apps}` } };
  const away = { labelSelector: app, topologyKey: 'kubernetes.io/hostname' };
  const close = { labelSelector: near, topologyKey: 'topology.kubernetes.io/zone' };
  return {
    ...requests('500m', '1Gi'),
    topologySpreadConstraints: [
      {
        maxSkew: 2,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: app,
      },
    ],
    affinity: {
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10, podAffinityTerm: close }],
      },
      podAntiAffinity:
        index % 2 === 0
          ? { requiredDuringSchedulingIgnoredDuringExecution: [away] }
          : {
              preferredDuringSchedulingIgnoredDuringExecution: [
                { weight: 50, podAffinityTerm: away },
              ],
            },
    },
  };
};
const apps = 40;

/** Every pod has objects of its own, as those have that came over a wire. */
function podsOf(mix: Mix, count: number): PodInfo[] {
  return Array.from({ length: count }, (_, index) => {
    const metadata = {
      name: `pod-${index}`,
      namespace: 'default',
      uid: `uid-${index}`,
      labels: { app: `app-${index % apps}` },
    };
    return new PodInfo({ metadata, spec: structuredClone(mix(index)) as PodSpec });
  });
}

function schedule(pods: readonly PodInfo[], nodeCount: number): number {
  const nodes = snapshotOf(nodeCount);
  const framework = frameworkOn(nodes);
  let startIndex = 0;
  for (const pod of pods) {
    const attempt = scheduleOne(framework, pod, { startIndex, percentageOfNodesToScore: 0 });
    startIndex = attempt.nextStartIndex;
    if (attempt.outcome.kind !== 'scheduled') throw new Error(`pod ${pod.name} fits nowhere`);
    nodes.addPod(pod.on(attempt.outcome.node), attempt.outcome.node);
  }
  return pods.length;
}

function mixed(name: string, mix: Mix, pods: number, nodes: number): Benchmark {
  const label = `scheduler: ${pods.toLocaleString('en')} ${name} pods, ${nodes.toLocaleString('en')} nodes`;
  return { name: label, unit: 'pods', runs: 1, run: () => schedule(podsOf(mix, pods), nodes) };
}

/** The scheduler's decisions, without the API. */
export const schedulerBenchmarks: readonly Benchmark[] = [
  {
    name: 'scheduler: 800 GPU pods on 100 nodes',
    unit: 'pods',
    run: () =>
      schedule(
        Array.from({ length: 800 }, (_, index) => gpuPod(index)),
        100,
      ),
  },
  {
    name: 'scheduler: 800 GPU pods on 1,000 nodes',
    unit: 'pods',
    run: () =>
      schedule(
        Array.from({ length: 800 }, (_, index) => gpuPod(index)),
        1000,
      ),
  },
  mixed('plain', plain, 10_000, 1000),
  mixed('plain', plain, 10_000, 5000),
  mixed('choosy', choosy, 10_000, 1000),
  mixed('choosy', choosy, 10_000, 5000),
];
