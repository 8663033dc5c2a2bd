/** What the author of a job that names a queue, or of a queue, should know before it runs. */
import type { KubeObject } from '../../api/object.js';
import { keys } from './keys.js';
import { group, type ClusterQueue } from './types.js';

/** The kinds that Kueue v0.19.2 no longer, or never, started from a queue. */
const unmanaged: Readonly<Record<string, string>> = {
  'kubeflow.org/v1 MXJob':
    'Kueue no longer knows MXJob: the label does nothing, the job runs at once',
  'kubeflow.org/v1 MPIJob':
    'Kueue knows MPIJob of kubeflow.org/v2beta1 only: the label does nothing, the job runs at once',
};

/** The hints about an object. */
export function kueueHints(object: KubeObject): readonly string[] {
  const { apiVersion = '', kind = '', metadata } = object;
  const label = metadata.labels?.[keys.queue];
  const told = unmanaged[`${apiVersion} ${kind}`];
  if (label !== undefined && told !== undefined) return [told];
  if (kind !== 'ClusterQueue' || !apiVersion.startsWith(`${group}/`)) return [];
  return queueHints((object as unknown as ClusterQueue).spec ?? {});
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
