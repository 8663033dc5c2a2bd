/** Metrics of what owns pods. @upstream kube-state-metrics v2.20 internal/store/{deployment,replicaset,statefulset,daemonset}.go */
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../../../api/kinds/apps.js';
import { scaledValue, type IntOrString } from '../../../api/int-or-string.js';
import type { HasMetadata } from '../../../api/object.js';
import {
  conditionRows,
  created,
  deletion,
  gauge,
  generation,
  information,
  owners,
  series,
  type Family,
  type StateResource,
} from '../family.js';

const deploymentReasons: ReadonlySet<string> = new Set([
  'ReplicaSetUpdated',
  'ReplicaSetCreateError',
  'NewReplicaSetCreated',
  'FoundNewReplicaSet',
  'NewReplicaSetAvailable',
  'ProgressDeadlineExceeded',
  'DeploymentPaused',
  'DeploymentResumed',
  'MinimumReplicasAvailable',
  'MinimumReplicasUnavailable',
  '',
]);

const specification = 'Sequence number representing a specific generation of the desired state.';

const named = (label: string) => (object: HasMetadata) => ({
  namespace: object.metadata.namespace ?? '',
  [label]: object.metadata.name ?? '',
});

/** Undefined where there is nothing to count, or no count at all. */
function scaled(
  count: IntOrString | undefined,
  replicas: number | undefined,
  rounding: 'up' | 'down',
): number | undefined {
  if (count === undefined || replicas === undefined) return undefined;
  const told = scaledValue(count, replicas, rounding);
  return told.isOk ? told.value : undefined;
}

const deploymentFamilies: readonly Family<Deployment>[] = [
  information(
    'kube_deployment_owner',
    "Information about the Deployment's owner.",
    ({ metadata }) => {
      const { ownerReferences: all = [] } = metadata;
      const told = all.map(({ kind, name }) => ({ owner_kind: kind, owner_name: name }));
      return told.length === 0 ? [{ owner_kind: '', owner_name: '' }] : told;
    },
  ),
  created('kube_deployment'),
  gauge(
    'kube_deployment_status_replicas',
    'The number of replicas per deployment.',
    ({ status }) => status?.replicas ?? 0,
  ),
  gauge(
    'kube_deployment_status_replicas_ready',
    'The number of ready replicas per deployment.',
    ({ status }) => status?.readyReplicas ?? 0,
  ),
  gauge(
    'kube_deployment_status_replicas_available',
    'The number of available replicas per deployment.',
    ({ status }) => status?.availableReplicas ?? 0,
  ),
  gauge(
    'kube_deployment_status_replicas_unavailable',
    'The number of unavailable replicas per deployment.',
    ({ status }) => status?.unavailableReplicas ?? 0,
  ),
  gauge(
    'kube_deployment_status_replicas_updated',
    'The number of updated replicas per deployment.',
    ({ status }) => status?.updatedReplicas ?? 0,
  ),
  gauge(
    'kube_deployment_status_terminating_replicas',
    'The number of terminating replicas per deployment.',
    ({ status }) => status?.terminatingReplicas,
  ),
  gauge(
    'kube_deployment_status_observed_generation',
    'The generation observed by the deployment controller.',
    ({ status }) => status?.observedGeneration ?? 0,
  ),
  series(
    'kube_deployment_status_condition',
    'The current status conditions of a deployment.',
    ({ status }) =>
      (status?.conditions ?? []).flatMap(({ type, reason = '', status: told }) =>
        conditionRows(told, 'status', {
          reason: deploymentReasons.has(reason) ? reason : 'unknown',
          condition: type,
        }),
      ),
  ),
  gauge(
    'kube_deployment_spec_replicas',
    'Number of desired pods for a deployment.',
    ({ spec }) => spec?.replicas,
  ),
  gauge(
    'kube_deployment_spec_paused',
    'Whether the deployment is paused and will not be processed by the deployment controller.',
    ({ spec }) => (spec?.paused === true ? 1 : 0),
  ),
  gauge(
    'kube_deployment_spec_strategy_rollingupdate_max_unavailable',
    'Maximum number of unavailable replicas during a rolling update of a deployment.',
    ({ spec }) => scaled(spec?.strategy?.rollingUpdate?.maxUnavailable, spec?.replicas, 'down'),
  ),
  gauge(
    'kube_deployment_spec_strategy_rollingupdate_max_surge',
    'Maximum number of replicas that can be scheduled above the desired number of replicas during a rolling update of a deployment.',
    ({ spec }) => scaled(spec?.strategy?.rollingUpdate?.maxSurge, spec?.replicas, 'up'),
  ),
  generation('kube_deployment', specification),
  deletion('kube_deployment'),
];

const replicaSetFamilies: readonly Family<ReplicaSet>[] = [
  created('kube_replicaset'),
  gauge(
    'kube_replicaset_status_replicas',
    'The number of replicas per ReplicaSet.',
    ({ status }) => status?.replicas ?? 0,
  ),
  gauge(
    'kube_replicaset_status_fully_labeled_replicas',
    'The number of fully labeled replicas per ReplicaSet.',
    ({ status }) => status?.fullyLabeledReplicas ?? 0,
  ),
  gauge(
    'kube_replicaset_status_ready_replicas',
    'The number of ready replicas per ReplicaSet.',
    ({ status }) => status?.readyReplicas ?? 0,
  ),
  gauge(
    'kube_replicaset_status_terminating_replicas',
    'The number of terminating replicas per ReplicaSet.',
    ({ status }) => status?.terminatingReplicas,
  ),
  gauge(
    'kube_replicaset_status_observed_generation',
    'The generation observed by the ReplicaSet controller.',
    ({ status }) => status?.observedGeneration ?? 0,
  ),
  gauge(
    'kube_replicaset_spec_replicas',
    'Number of desired pods for a ReplicaSet.',
    ({ spec }) => spec?.replicas,
  ),
  generation('kube_replicaset', specification),
  owners('kube_replicaset', 'ReplicaSet'),
];

const statefulSetFamilies: readonly Family<StatefulSet>[] = [
  created('kube_statefulset'),
  gauge(
    'kube_statefulset_status_replicas',
    'The number of replicas per StatefulSet.',
    ({ status }) => status?.replicas ?? 0,
  ),
  gauge(
    'kube_statefulset_status_replicas_available',
    'The number of available replicas per StatefulSet.',
    ({ status }) => status?.availableReplicas ?? 0,
  ),
  gauge(
    'kube_statefulset_status_replicas_current',
    'The number of current replicas per StatefulSet.',
    ({ status }) => status?.currentReplicas ?? 0,
  ),
  gauge(
    'kube_statefulset_status_replicas_ready',
    'The number of ready replicas per StatefulSet.',
    ({ status }) => status?.readyReplicas ?? 0,
  ),
  gauge(
    'kube_statefulset_status_replicas_updated',
    'The number of updated replicas per StatefulSet.',
    ({ status }) => status?.updatedReplicas ?? 0,
  ),
  gauge(
    'kube_statefulset_status_observed_generation',
    'The generation observed by the StatefulSet controller.',
    ({ status }) => status?.observedGeneration ?? 0,
  ),
  gauge(
    'kube_statefulset_replicas',
    'Number of desired pods for a StatefulSet.',
    ({ spec }) => spec?.replicas,
  ),
  gauge(
    'kube_statefulset_ordinals_start',
    'Start ordinal of the StatefulSet.',
    ({ spec }) => spec?.ordinals && (spec.ordinals.start ?? 0),
  ),
  generation(
    'kube_statefulset',
    'Sequence number representing a specific generation of the desired state for the StatefulSet.',
  ),
  information(
    'kube_statefulset_persistentvolumeclaim_retention_policy',
    'Count of retention policy for StatefulSet template PVCs',
    ({ spec }) => {
      const { whenDeleted = '', whenScaled = '' } =
        spec?.persistentVolumeClaimRetentionPolicy ?? {};
      const isTold = whenDeleted !== '' || whenScaled !== '';
      return isTold ? [{ when_deleted: whenDeleted, when_scaled: whenScaled }] : [];
    },
  ),
  information(
    'kube_statefulset_status_current_revision',
    'Indicates the version of the StatefulSet used to generate Pods in the sequence [0,currentReplicas).',
    ({ status }) => [{ revision: status?.currentRevision ?? '' }],
  ),
  information(
    'kube_statefulset_status_update_revision',
    'Indicates the version of the StatefulSet used to generate Pods in the sequence [replicas-updatedReplicas,replicas)',
    ({ status }) => [{ revision: status?.updateRevision ?? '' }],
  ),
  deletion('kube_statefulset'),
];

const daemonSetFamilies: readonly Family<DaemonSet>[] = [
  created('kube_daemonset'),
  gauge(
    'kube_daemonset_status_current_number_scheduled',
    'The number of nodes running at least one daemon pod and are supposed to.',
    ({ status }) => status?.currentNumberScheduled ?? 0,
  ),
  gauge(
    'kube_daemonset_status_desired_number_scheduled',
    'The number of nodes that should be running the daemon pod.',
    ({ status }) => status?.desiredNumberScheduled ?? 0,
  ),
  gauge(
    'kube_daemonset_status_number_available',
    'The number of nodes that should be running the daemon pod and have one or more of the daemon pod running and available',
    ({ status }) => status?.numberAvailable ?? 0,
  ),
  gauge(
    'kube_daemonset_status_number_misscheduled',
    'The number of nodes running a daemon pod but are not supposed to.',
    ({ status }) => status?.numberMisscheduled ?? 0,
  ),
  gauge(
    'kube_daemonset_status_number_ready',
    'The number of nodes that should be running the daemon pod and have one or more of the daemon pod running and ready.',
    ({ status }) => status?.numberReady ?? 0,
  ),
  gauge(
    'kube_daemonset_status_number_unavailable',
    'The number of nodes that should be running the daemon pod and have none of the daemon pod running and available',
    ({ status }) => status?.numberUnavailable ?? 0,
  ),
  gauge(
    'kube_daemonset_status_observed_generation',
    'The most recent generation observed by the daemon set controller.',
    ({ status }) => status?.observedGeneration ?? 0,
  ),
  gauge(
    'kube_daemonset_status_updated_number_scheduled',
    'The total number of nodes that are running updated daemon pod',
    ({ status }) => status?.updatedNumberScheduled ?? 0,
  ),
  generation('kube_daemonset', specification),
  deletion('kube_daemonset'),
];

const shared = { api: '/apis/apps/v1', isNamespaced: true } as const;

/** Deployments. */
export const deployments: StateResource<Deployment> = {
  ...shared,
  name: 'deployments',
  prefix: 'kube_deployment',
  identity: named('deployment'),
  families: deploymentFamilies,
};

/** Replica sets. */
export const replicaSets: StateResource<ReplicaSet> = {
  ...shared,
  name: 'replicasets',
  prefix: 'kube_replicaset',
  identity: named('replicaset'),
  families: replicaSetFamilies,
};

/** Stateful sets. */
export const statefulSets: StateResource<StatefulSet> = {
  ...shared,
  name: 'statefulsets',
  prefix: 'kube_statefulset',
  identity: named('statefulset'),
  families: statefulSetFamilies,
};

/** Daemon sets. */
export const daemonSets: StateResource<DaemonSet> = {
  ...shared,
  name: 'daemonsets',
  prefix: 'kube_daemonset',
  identity: named('daemonset'),
  families: daemonSetFamilies,
};
