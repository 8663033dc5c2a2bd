/** Labels, annotations and names that Volcano's parts agree on. @upstream volcano v1.15.1 staging/src/volcano.sh/apis/pkg/apis */

/** The name of the scheduler. */
export const schedulerName = 'volcano';
/** Who tells the events of the controllers. */
export const controllerSource = 'vc-controller-manager';

/** Where the scheduler's configuration stands. */
export const configurationFile = {
  ...{ namespace: 'volcano-system', configMap: 'volcano-scheduler-configmap' },
  key: 'volcano-scheduler.conf',
} as const;

/** Labels and annotations. */
export const keys = {
  groupName: 'scheduling.k8s.io/group-name',
  taskIndex: 'volcano.sh/task-index',
  taskSpec: 'volcano.sh/task-spec',
  jobName: 'volcano.sh/job-name',
  jobNamespace: 'volcano.sh/job-namespace',
  jobVersion: 'volcano.sh/job-version',
  jobRetryCount: 'volcano.sh/job-retry-count',
  jobForwarding: 'volcano.sh/job-forwarding',
  queueName: 'volcano.sh/queue-name',
  podTemplate: 'volcano.sh/template-uid',
  partition: 'volcano.sh/partition-id',
  numaPolicy: 'volcano.sh/numa-topology-policy',
  preemptable: 'volcano.sh/preemptable',
  cooldown: 'volcano.sh/cooldown-time',
  revocableZone: 'volcano.sh/revocable-zone',
  budgetMin: 'volcano.sh/jdb-min-available',
  budgetMax: 'volcano.sh/jdb-max-unavailable',
  outOfSync: 'volcano.sh/controller-out-of-sync',
  queueOfGroup: 'scheduling.volcano.sh/queue-name',
  groupMinMember: 'scheduling.volcano.sh/group-min-member',
  hierarchy: 'volcano.sh/hierarchy',
  hierarchyWeights: 'volcano.sh/hierarchy-weights',
  closedByParent: 'volcano.sh/closed-by-parent',
} as const;
