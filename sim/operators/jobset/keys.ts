/** The names of JobSet's labels and annotations, and the names that it gives. @upstream jobset api/jobset/v1alpha2, pkg/util/placement */
import type { JobSet } from './types.js';

const prefix = 'jobset.sigs.k8s.io';

/** The keys. */
export const keys = {
  jobSetName: `${prefix}/jobset-name`,
  jobSetUid: `${prefix}/jobset-uid`,
  replicatedJob: `${prefix}/replicatedjob-name`,
  replicas: `${prefix}/replicatedjob-replicas`,
  globalReplicas: `${prefix}/global-replicas`,
  jobIndex: `${prefix}/job-index`,
  jobKey: `${prefix}/job-key`,
  globalIndex: `${prefix}/job-global-index`,
  groupName: `${prefix}/group-name`,
  groupReplicas: `${prefix}/group-replicas`,
  groupIndex: `${prefix}/job-group-index`,
  restarts: `${prefix}/restart-attempt`,
  coordinator: `${prefix}/coordinator`,
  priority: `${prefix}/priority`,
  exclusive: 'alpha.jobset.sigs.k8s.io/exclusive-topology',
  nodeSelectorStrategy: 'alpha.jobset.sigs.k8s.io/node-selector',
  namespacedJob: 'alpha.jobset.sigs.k8s.io/namespaced-job',
  noScheduleTaint: 'alpha.jobset.sigs.k8s.io/no-schedule',
} as const;

/** The name of a child Job. */
export function jobName(jobSet: string, replicatedJob: string, index: number): string {
  return `${jobSet}-${replicatedJob}-${index}`;
}

/** The name of the headless Service, which is the pods' subdomain. */
export function subdomainOf({ metadata, spec }: JobSet): string {
  return spec.network?.subdomain || (metadata.name ?? '');
}
