/** What the author of a job that names a queue, or of a queue, should know before it runs. */
import type { KubeObject } from '../../api/object.js';
import type { RayJob } from '../kuberay/types.js';
import { isElastic } from './jobs/ray-pod-sets.js';
import { keys } from './keys.js';
import { group, type ClusterQueue } from './types.js';

/** The kinds that Kueue v0.19.2 no longer, or never, started from a queue. */
const unmanaged: Readonly<Record<string, string>> = {
  'kubeflow.org/v1 MXJob':
    'Kueue no longer knows MXJob: the label does nothing, the job runs at once',
  'kubeflow.org/v1 MPIJob':
    'Kueue knows MPIJob of kubeflow.org/v2beta1 only: the label does nothing, the job runs at once',
};

/** The kinds that Kueue starts upstream, and not here. */
const notHere = new Set(['apps/v1 StatefulSet', 'leaderworkerset.x-k8s.io/v1 LeaderWorkerSet']);

/** The kinds whose frameworks the shipped configuration leaves out. */
const notShipped = ['PaddleJob', 'PyTorchJob', 'TFJob', 'XGBoostJob'];

/** The kinds that are kept, and on which nobody acts. */
const kept: Readonly<Record<string, string>> = {
  AdmissionCheck: 'no controller of admission checks is simulated: workloads that need one wait',
  MultiKueueCluster: 'MultiKueue is not simulated: all workloads stay in this cluster',
  MultiKueueConfig: 'MultiKueue is not simulated: all workloads stay in this cluster',
  ProvisioningRequestConfig: 'provisioning requests are not simulated: no node is asked for',
  Topology: 'topology-aware scheduling is not simulated: pods go to any nodes of their flavour',
};

/** The hints about an object. */
export function kueueHints(object: KubeObject): readonly string[] {
  const { apiVersion = '', kind = '', metadata } = object;
  if (metadata.labels?.[keys.queue] !== undefined) {
    return [...jobHints(`${apiVersion} ${kind}`, kind), ...rayHints(object)];
  }
  if (!apiVersion.startsWith(`${group}/`)) return [];
  const spec = (object['spec'] ?? {}) as Readonly<Record<string, unknown>>;
  const sharing =
    spec['fairSharing'] === undefined
      ? []
      : ['fairSharing is not simulated: queues borrow in the order of their workloads'];
  const told = kept[kind];
  if (told !== undefined) return [told];
  return kind === 'ClusterQueue' ? [...queueHints(spec), ...sharing] : sharing;
}

function jobHints(type: string, kind: string): readonly string[] {
  const told = unmanaged[type];
  if (told !== undefined) return [told];
  if (notHere.has(type)) {
    return [`Kueue does not start a ${kind} from its queue here: it runs at once, without quota`];
  }
  return type.startsWith('kubeflow.org/v1 ') && notShipped.includes(kind)
    ? [
        `Kueue's shipped configuration leaves kubeflow.org/${kind.toLowerCase()} out of integrations.frameworks: there the job runs at once; here it waits for quota`,
      ]
    : [];
}

function rayHints({ apiVersion, kind, metadata, spec }: KubeObject): readonly string[] {
  if (apiVersion !== 'ray.io/v1') return [];
  const selector = (spec as RayJob['spec'] | undefined)?.clusterSelector ?? {};
  return [
    ...(kind === 'RayService'
      ? [
          'once it has had to wait for quota its cluster stays suspended: KubeRay v1.7.0 tells a RayCluster of suspend only when it makes it; delete the RayCluster when the workload is admitted, and another is made; a service that is evicted goes on running',
        ]
      : []),
    ...(kind === 'RayJob' && Object.keys(selector).length > 0
      ? [
          'Kueue suspends a RayJob that names a queue, and never starts one with clusterSelector; KubeRay refuses it while it is suspended',
        ]
      : []),
    ...(isElastic({ metadata })
      ? [
          'elastic jobs are not simulated: it gets quota for the workers that its spec states, and those that are added or taken away while it runs do not change its quota',
        ]
      : []),
  ];
}

function queueHints(spec: NonNullable<ClusterQueue['spec']>): readonly string[] {
  const { namespaceSelector, preemption = {}, cohortName = '' } = spec;
  const borrows = (preemption.borrowWithinCohort?.policy ?? 'Never') !== 'Never';
  const within = preemption.withinClusterQueue ?? 'Never';
  return [
    ...(namespaceSelector === undefined
      ? ['no namespaceSelector: no namespace may use the queue; {} lets all of them']
      : []),
    ...(cohortName !== '' && within !== 'Never' && !borrows
      ? [
          'borrowWithinCohort is Never: a workload that has to borrow preempts nobody, not even lower priorities of its own queue',
        ]
      : []),
  ];
}
