/** What the author of a Job, a PodGroup or a Queue should know before it runs. */
import type { KubeObject } from '../../api/object.js';
import { configurationHints } from './scheduler/configuration-hints.js';
import type { Job, PodGroup, Queue } from './types.js';

const groups = ['batch.volcano.sh', 'scheduling.volcano.sh'];

/** The hints about an object; none for kinds of others. */
export function volcanoHints(object: KubeObject): readonly string[] {
  if (object.kind === 'ConfigMap') return configurationHints(object);
  const [group = ''] = (object.apiVersion ?? '').split('/');
  if (!groups.includes(group)) return [];
  switch (object.kind) {
    case 'Job':
      return jobHints(object as unknown as Job);
    case 'PodGroup':
      return topologyHints((object as unknown as PodGroup).spec.networkTopology);
    case 'Queue':
      return queueHints(object as unknown as Queue);
    default:
      return [];
  }
}

function jobHints({ spec }: Job): readonly string[] {
  const { plugins = {}, networkTopology, tasks = [] } = spec;
  const names = ['ray', 'hcclrank'].filter(name => plugins[name] !== undefined);
  const dependent = tasks.filter(({ dependsOn }) => dependsOn !== undefined);
  const sum = tasks.reduce(
    (all, { minAvailable, replicas = 0 }) => all + (minAvailable ?? replicas),
    0,
  );
  const needsAll = dependent.length > 0 && (spec.minAvailable ?? sum) >= sum;
  return [
    ...names.map(
      name => `plugins: ${name} is not simulated: its variables and commands are missing`,
    ),
    ...topologyHints(networkTopology),
    ...(tasks.some(({ topologyPolicy = 'none' }) => topologyPolicy !== 'none')
      ? ['topologyPolicy is not simulated: nodes are not told apart by NUMA']
      : []),
    ...(needsAll
      ? [
          `dependsOn: ${dependent.map(({ name = '' }) => name).join(', ')} wait for pods to run, and no pod runs before minAvailable of them can: minAvailable must leave them out`,
        ]
      : []),
  ];
}

function topologyHints(topology: object | undefined): readonly string[] {
  return topology === undefined
    ? []
    : ['networkTopology is not simulated: there are no HyperNodes, pods go to any node'];
}

function queueHints({ spec }: Queue): readonly string[] {
  return (spec.extendClusters ?? []).length > 0
    ? ['extendClusters is not simulated: jobs stay in this cluster']
    : [];
}
