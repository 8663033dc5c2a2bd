/** The columns of tables: workloads. @upstream pkg/printers/internalversion/printers.go */
import type { Column } from '../strategy.js';
import { ageColumn, flag, integer, nameColumn, templateColumns, text, wide } from './column.js';

/** The columns of ReplicaSet. */
export const replicaSetColumns: readonly Column[] = [
  nameColumn,
  integer(
    'Desired',
    'Replicas is the number of desired pods. This is a pointer to distinguish ' +
      'between explicit zero and unspecified. Defaults to 1. More info: ' +
      'https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
  ),
  integer(
    'Current',
    'Replicas is the most recently observed number of non-terminating pods. More ' +
      'info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
  ),
  integer(
    'Ready',
    'The number of non-terminating pods targeted by this ReplicaSet with a Ready ' + 'Condition.',
  ),
  ageColumn,
  ...templateColumns,
  wide(
    text(
      'Selector',
      'Selector is a label query over pods that should match the replica count. Label ' +
        'keys and values that must match in order to be controlled by this replica set. ' +
        "It must match the pod template's labels. More info: " +
        'https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
    ),
  ),
];

/** The columns of DaemonSet. */
export const daemonSetColumns: readonly Column[] = [
  nameColumn,
  integer(
    'Desired',
    'The total number of nodes that should be running the daemon pod (including ' +
      'nodes correctly running the daemon pod). More info: ' +
      'https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/',
  ),
  integer(
    'Current',
    'The number of nodes that are running at least 1 daemon pod and are supposed to ' +
      'run the daemon pod. More info: ' +
      'https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/',
  ),
  integer(
    'Ready',
    'numberReady is the number of nodes that should be running the daemon pod and ' +
      'have one or more of the daemon pod running with a Ready Condition.',
  ),
  integer('Up-to-date', 'The total number of nodes that are running updated daemon pod'),
  integer(
    'Available',
    'The number of nodes that should be running the daemon pod and have one or more ' +
      'of the daemon pod running and available (ready for at least ' +
      'spec.minReadySeconds)',
  ),
  text(
    'Node Selector',
    'NodeSelector is a selector which must be true for the pod to fit on a node. ' +
      "Selector which must match a node's labels for the pod to be scheduled on that " +
      'node. More info: ' +
      'https://kubernetes.io/docs/concepts/configuration/assign-pod-node/',
  ),
  ageColumn,
  ...templateColumns,
  wide(
    text(
      'Selector',
      'A label query over pods that are managed by the daemon set. Must match in ' +
        "order to be controlled. It must match the pod template's labels. More info: " +
        'https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
    ),
  ),
];

/** The columns of StatefulSet. */
export const statefulSetColumns: readonly Column[] = [
  nameColumn,
  text('Ready', 'Number of the pod with ready state'),
  ageColumn,
  ...templateColumns,
];

/** The columns of Deployment. */
export const deploymentColumns: readonly Column[] = [
  nameColumn,
  text('Ready', 'Number of the pod with ready state'),
  text(
    'Up-to-date',
    'Total number of non-terminating pods targeted by this deployment that have the ' +
      'desired template spec.',
  ),
  text(
    'Available',
    'Total number of available non-terminating pods (ready for at least ' +
      'minReadySeconds) targeted by this deployment.',
  ),
  ageColumn,
  ...templateColumns,
  wide(
    text(
      'Selector',
      'Label selector for pods. Existing ReplicaSets whose pods are selected by this ' +
        "will be the ones affected by this deployment. It must match the pod template's " +
        'labels.',
    ),
  ),
];

/** The columns of ControllerRevision. */
export const controllerRevisionColumns: readonly Column[] = [
  nameColumn,
  text('Controller', 'Controller of the object'),
  text('Revision', 'Revision indicates the revision of the state represented by Data.'),
  ageColumn,
];

/** The columns of Job. */
export const jobColumns: readonly Column[] = [
  nameColumn,
  text('Status', 'Status of the job.'),
  text(
    'Completions',
    'The number of pods which reached phase Succeeded. The value increases ' +
      'monotonically for a given spec. However, it may decrease in reaction to scale ' +
      'down of elastic indexed jobs.',
  ),
  text('Duration', 'Time required to complete the job.'),
  ageColumn,
  ...templateColumns,
  wide(
    text(
      'Selector',
      'A label query over pods that should match the pod count. Normally, the system ' +
        'sets this field for you. More info: ' +
        'https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
    ),
  ),
];

/** The columns of CronJob. */
export const cronJobColumns: readonly Column[] = [
  nameColumn,
  text('Schedule', 'The schedule in Cron format, see https://en.wikipedia.org/wiki/Cron.'),
  text(
    'Timezone',
    'The time zone name for the given schedule, see ' +
      'https://en.wikipedia.org/wiki/List_of_tz_database_time_zones. If not ' +
      'specified, this will default to the time zone of the kube-controller-manager ' +
      'process. The set of valid time zone names and the time zone offset is loaded ' +
      'from the system-wide time zone database by the API server during CronJob ' +
      'validation and the controller manager during execution. If no system-wide time ' +
      'zone database can be found a bundled version of the database is used instead. ' +
      'If the time zone name becomes invalid during the lifetime of a CronJob or due ' +
      'to a change in host configuration, the controller will stop creating new new ' +
      'Jobs and will create a system event with the reason UnknownTimeZone. More ' +
      'information can be found in ' +
      'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#time-zones',
  ),
  flag(
    'Suspend',
    'This flag tells the controller to suspend subsequent executions, it does not ' +
      'apply to already started executions.  Defaults to false.',
  ),
  integer('Active', 'A list of pointers to currently running jobs.'),
  text('Last Schedule', 'Information when was the last time the job was successfully scheduled.'),
  ageColumn,
  ...templateColumns,
  wide(
    text(
      'Selector',
      'A label query over pods that should match the pod count. Normally, the system ' +
        'sets this field for you. More info: ' +
        'https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
    ),
  ),
];

/** The columns of HorizontalPodAutoscaler. */
export const horizontalPodAutoscalerColumns: readonly Column[] = [
  nameColumn,
  text(
    'Reference',
    'scaleTargetRef points to the target resource to scale, and is used to the pods ' +
      'for which metrics should be collected, as well as to actually change the ' +
      'replica count.',
  ),
  text(
    'Targets',
    'metrics contains the specifications for which to use to calculate the desired ' +
      'replica count (the maximum replica count across all metrics will be used).  ' +
      'The desired replica count is calculated multiplying the ratio between the ' +
      'target value and the current value by the current number of pods.  Ergo, ' +
      'metrics used must decrease as the pod count is increased, and vice-versa.  See ' +
      'the individual metric source types for more information about how each type of ' +
      'metric must respond. If not set, the default metric will be set to 80% average ' +
      'CPU utilization.',
  ),
  text(
    'MinPods',
    'minReplicas is the lower limit for the number of replicas to which the ' +
      'autoscaler can scale down.  It defaults to 1 pod.  minReplicas is allowed to ' +
      'be 0 if the alpha feature gate HPAScaleToZero is enabled and at least one ' +
      'Object or External metric is configured.  Scaling is active as long as at ' +
      'least one metric value is available.',
  ),
  text(
    'MaxPods',
    'maxReplicas is the upper limit for the number of replicas to which the ' +
      'autoscaler can scale up. It cannot be less that minReplicas.',
  ),
  text(
    'Replicas',
    'currentReplicas is current number of replicas of pods managed by this ' +
      'autoscaler, as last seen by the autoscaler.',
  ),
  ageColumn,
];

/** The columns of PodDisruptionBudget. */
export const podDisruptionBudgetColumns: readonly Column[] = [
  nameColumn,
  text('Min Available', 'The minimum number of pods that must be available.'),
  text('Max Unavailable', 'The maximum number of pods that may be unavailable.'),
  integer('Allowed Disruptions', 'Calculated number of pods that may be disrupted at this time.'),
  ageColumn,
];

/** The columns of PriorityClass. */
export const priorityClassColumns: readonly Column[] = [
  nameColumn,
  integer(
    'Value',
    'value represents the integer value of this priority class. This is the actual ' +
      'priority that pods receive when they have the name of this class in their pod ' +
      'spec.',
  ),
  flag(
    'Global-Default',
    'globalDefault specifies whether this PriorityClass should be considered as the ' +
      'default priority for pods that do not have any priority class. Only one ' +
      'PriorityClass can be marked as `globalDefault`. However, if more than one ' +
      'PriorityClasses exists with their `globalDefault` field set to true, the ' +
      'smallest value of such global default PriorityClasses will be used as the ' +
      'default priority.',
  ),
  ageColumn,
  text(
    'PreemptionPolicy',
    'preemptionPolicy is the Policy for preempting pods with lower priority. One of ' +
      'Never, PreemptLowerPriority. Defaults to PreemptLowerPriority if unset.',
  ),
];

/** The columns of RuntimeClass. */
export const runtimeClassColumns: readonly Column[] = [nameColumn, text('Handler', ''), ageColumn];

/** The columns of Lease. */
export const leaseColumns: readonly Column[] = [
  nameColumn,
  text(
    'Holder',
    'holderIdentity contains the identity of the holder of a current lease. If ' +
      'Coordinated Leader Election is used, the holder identity must be equal to the ' +
      'elected LeaseCandidate.metadata.name field.',
  ),
  ageColumn,
];

/** The columns of Scale. */
export const scaleColumns: readonly Column[] = [
  text(
    'Name',
    'Name must be unique within a namespace. Is required when creating resources, ' +
      'although some resources may allow a client to request the generation of an ' +
      'appropriate name automatically. Name is primarily intended for creation ' +
      'idempotence and configuration definition. Cannot be updated. More info: ' +
      'https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  ),
  integer('Desired', 'replicas is the desired number of instances for the scaled object.'),
  integer('Available', 'replicas is the actual number of observed instances of the scaled object.'),
  ageColumn,
];
