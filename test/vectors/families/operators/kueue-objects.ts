/** The objects of Kueue's traces, as their actions name them. */
import type { KubeObject } from '../../../../sim/api/object.js';

const apiVersion = 'kueue.x-k8s.io/v1beta2';
/** What the recorder set up; the amounts follow from its "maximum capacity" and "more needed". */
const nominal = { cpu: '10', gpu: '4' };

/** The queues, the flavour and the classes, by collection. */
export function clusterObjects(
  classes: ReadonlyMap<string, number>,
): readonly (readonly [collection: string, object: KubeObject])[] {
  const flavor = { apiVersion, kind: 'ResourceFlavor', metadata: { name: 'default-flavor' } };
  return [
    ['resourceflavors', flavor],
    ['clusterqueues', clusterQueue('cq-a')],
    ['clusterqueues', clusterQueue('cq-b')],
    ...[...classes].map(([name, value]) => {
      const object = { apiVersion, kind: 'WorkloadPriorityClass', metadata: { name }, value };
      return ['workloadpriorityclasses', object] as const;
    }),
  ];
}

function clusterQueue(name: string): KubeObject {
  const resources = [
    { name: 'cpu', nominalQuota: nominal.cpu },
    { name: 'nvidia.com/gpu', nominalQuota: nominal.gpu },
  ];
  return {
    apiVersion,
    kind: 'ClusterQueue',
    metadata: { name },
    spec: {
      namespaceSelector: {},
      cohortName: 'team',
      preemption: { withinClusterQueue: 'LowerPriority', reclaimWithinCohort: 'Any' },
      resourceGroups: [
        {
          coveredResources: ['cpu', 'nvidia.com/gpu'],
          flavors: [{ name: 'default-flavor', resources }],
        },
      ],
    },
  };
}

/** A LocalQueue of the trace's namespace. */
export function localQueue(name: string, clusterQueue: string): KubeObject {
  return { apiVersion, kind: 'LocalQueue', metadata: { name }, spec: { clusterQueue } };
}

/** `j1 queue=lq parallelism=3 cpu=1 gpu=1 prio=None`. */
export function jobObject(text: string): KubeObject {
  const { name, fields } = partsOf(text);
  const parallelism = Number(fields['parallelism'] ?? 1);
  const container = { name: 'c', image: 'x', resources: resourcesOf(fields) };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels: labelsOf(fields) },
    spec: {
      parallelism,
      completions: parallelism,
      template: { spec: { restartPolicy: 'Never', containers: [container] } },
    },
  };
}

/** `pt 1+3 gpu=1 prio=high`. */
export function pytorchJobObject(text: string): KubeObject {
  const { name, counts, fields } = partsOf(text);
  const resources = resourcesOf({ cpu: '1', ...fields });
  const template = { spec: { containers: [{ name: 'pytorch', image: 'x', resources }] } };
  const [masters = 1, workers = 0] = counts;
  return {
    apiVersion: 'kubeflow.org/v1',
    kind: 'PyTorchJob',
    metadata: { name, labels: labelsOf({ queue: 'lq', ...fields }) },
    spec: {
      pytorchReplicaSpecs: {
        Master: { replicas: masters, template },
        Worker: { replicas: workers, template },
      },
    },
  };
}

type Fields = Readonly<Record<string, string>>;

function partsOf(text: string): { name: string; counts: readonly number[]; fields: Fields } {
  const [name = '', ...rest] = text.split(' ');
  const pairs = rest.filter(part => part.includes('=')).map(part => part.split('='));
  const known = pairs.filter(([, value]) => value !== 'None');
  const counts =
    rest
      .find(part => part.includes('+'))
      ?.split('+')
      .map(Number) ?? [];
  return { name, counts, fields: Object.fromEntries(known) as Fields };
}

function labelsOf({ queue, prio }: Fields): Readonly<Record<string, string>> {
  return {
    ...(queue !== undefined && { 'kueue.x-k8s.io/queue-name': queue }),
    ...(prio !== undefined && { 'kueue.x-k8s.io/priority-class': prio }),
  };
}

function resourcesOf({ cpu, gpu }: Fields): Readonly<Record<string, Fields>> {
  const gpus = gpu === undefined ? undefined : { 'nvidia.com/gpu': gpu };
  return {
    requests: { ...(cpu !== undefined && { cpu }), ...gpus },
    ...(gpus !== undefined && { limits: gpus }),
  };
}
