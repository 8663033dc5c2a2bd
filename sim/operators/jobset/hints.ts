/** What the author of a JobSet should know before it runs. */
import type { KubeObject } from '../../api/object.js';
import type { JobSet, ReplicatedJob } from './types.js';

const ours = 'jobset.sigs.k8s.io/jobset-controller';

/** The hints about an object; none for other kinds. */
export function jobSetHints(object: KubeObject): readonly string[] {
  if (object.kind !== 'JobSet') return [];
  const { spec } = object as unknown as JobSet;
  const { managedBy = ours, volumeClaimPolicies = [], replicatedJobs = [] } = spec;
  return [
    ...(managedBy === ours
      ? []
      : [`managedBy: ${managedBy} is not simulated: nobody makes the Jobs of this set`]),
    ...(volumeClaimPolicies.length > 0
      ? ['volumeClaimPolicies are not simulated: no claims are made']
      : []),
    ...replicatedJobs.flatMap(requestHints),
  ];
}

/** Pods without requests fit everywhere, and are the first to go. */
function requestHints({ name, template }: ReplicatedJob): readonly string[] {
  const containers = template.spec?.template.spec?.containers ?? [];
  const isSized = containers.some(({ resources = {} }) => {
    return Object.keys({ ...resources.limits, ...resources.requests }).length > 0;
  });
  return isSized || containers.length === 0
    ? []
    : [`${name}: its pods request nothing: they get no GPU, and share a node with anybody`];
}
