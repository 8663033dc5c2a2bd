/** Metrics of pods. @upstream kube-state-metrics v2.20 internal/store/pod.go */
import type { Pod, PodCondition, Toleration } from '../../../api/kinds/core.js';
import {
  amount,
  choiceRows,
  conditionRows,
  created,
  deletion,
  gauge,
  information,
  owners,
  seconds,
  series,
  type Family,
  type Row,
  type StateResource,
} from '../family.js';
import { containerFamilies, initContainerFamilies } from './containers.js';

const phases = ['Pending', 'Succeeded', 'Failed', 'Unknown', 'Running'];
const classes = ['BestEffort', 'Burstable', 'Guaranteed'];
const reasons = [
  'Evicted',
  'NodeAffinity',
  'NodeLost',
  'PreemptionByScheduler',
  'SchedulingGated',
  'Shutdown',
  'TerminationByKubelet',
  'UnexpectedAdmissionError',
];
const disruptionReasons: readonly string[] = [
  'PreemptionByScheduler',
  'DeletionByTaintManager',
  'EvictionByEvictionAPI',
  'DeletionByPodGC',
  'TerminationByKubelet',
];

const conditions = ({ status }: Pod, type: string): readonly PodCondition[] =>
  (status?.conditions ?? []).filter(condition => condition.type === type);

const since = (name: string, help: string, type: string, status = 'True'): Family<Pod> =>
  series(name, help, pod =>
    conditions(pod, type)
      .filter(condition => condition.status === status)
      .map(({ lastTransitionTime }) => ({ value: seconds(lastTransitionTime) ?? 0 })),
  );

const statusOf = (name: string, help: string, type: string): Family<Pod> =>
  series(name, help, pod =>
    conditions(pod, type).flatMap(({ status }) => conditionRows(status, 'condition')),
  );

function hasReason({ status = {} }: Pod, reason: string): boolean {
  const { conditions: told = [], containerStatuses = [] } = status;
  return (
    status.reason === reason ||
    told.some(condition => condition.reason === reason) ||
    containerStatuses.some(({ state }) => state?.terminated?.reason === reason)
  );
}

/** Each reason has its series; one that is none of them is not told. */
const reasonRows = (pod: Pod): Row[] =>
  reasons.map(reason => ({ labels: { reason }, value: hasReason(pod, reason) ? 1 : 0 }));

function completion({ status }: Pod): number | undefined {
  const ends = (status?.containerStatuses ?? []).flatMap(
    ({ state }) => seconds(state?.terminated?.finishedAt) ?? [],
  );
  return ends.length === 0 ? undefined : Math.max(...ends);
}

function podInfo({ metadata, spec, status }: Pod): Readonly<Record<string, string>> {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return {
    host_ip: status?.hostIP ?? '',
    pod_ip: status?.podIP ?? '',
    node: spec?.nodeName ?? '',
    created_by_kind: owner?.kind ?? '',
    created_by_name: owner?.name ?? '',
    priority_class: spec?.priorityClassName ?? '',
    host_network: String(spec?.hostNetwork ?? false),
  };
}

const addressFamily = (ip: string): string => (ip.includes(':') ? '6' : '4');

const tolerationLabels = (toleration: Toleration) => ({
  key: toleration.key ?? '',
  operator: toleration.operator ?? '',
  value: toleration.value ?? '',
  effect: toleration.effect ?? '',
  toleration_seconds: String(toleration.tolerationSeconds ?? ''),
});

function tolerations({ spec }: Pod): readonly Readonly<Record<string, string>>[] {
  const all = (spec?.tolerations ?? []).map(tolerationLabels);
  return [...new Map(all.map(labels => [JSON.stringify(labels), labels])).values()];
}

/** Volumes of claims: a claim of a template is the pod's own. */
function claimRows(pod: Pod, valueOf: (isReadOnly: boolean) => number): Row[] {
  return (pod.spec?.volumes ?? []).flatMap(volume => {
    const { persistentVolumeClaim: claim, ephemeral, name } = volume;
    if (claim === undefined && ephemeral === undefined) return [];
    const persistentvolumeclaim = claim?.claimName ?? `${pod.metadata.name ?? ''}-${name}`;
    const labels = { volume: name, persistentvolumeclaim, ephemeral: String(claim === undefined) };
    return [{ labels, value: valueOf(claim?.readOnly ?? false) }];
  });
}

const overhead = ({ spec }: Pod, resource: string): number | undefined => {
  const text = spec?.overhead?.[resource];
  return text === undefined ? undefined : amount(text);
};

const own: readonly Family<Pod>[] = [
  gauge('kube_pod_completion_time', 'Completion time in unix timestamp for a pod.', completion),
  created('kube_pod'),
  deletion('kube_pod'),
  information('kube_pod_info', 'Information about pod.', pod => [podInfo(pod)]),
  information('kube_pod_ips', 'Pod IP addresses', ({ status }) =>
    (status?.podIPs ?? []).map(({ ip = '' }) => ({ ip, ip_family: addressFamily(ip) })),
  ),
  gauge(
    'kube_pod_overhead_cpu_cores',
    'The pod overhead in regards to cpu cores associated with running a pod.',
    pod => overhead(pod, 'cpu'),
  ),
  gauge(
    'kube_pod_overhead_memory_bytes',
    'The pod overhead in regards to memory associated with running a pod.',
    pod => overhead(pod, 'memory'),
  ),
  owners('kube_pod', 'Pod'),
  information(
    'kube_pod_restart_policy',
    'Describes the restart policy in use by this pod.',
    ({ spec }) => [{ type: spec?.restartPolicy ?? '' }],
  ),
  information(
    'kube_pod_runtimeclass_name_info',
    'The runtimeclass associated with the pod.',
    ({ spec }) => {
      const { runtimeClassName: name } = spec ?? {};
      return name === undefined ? [] : [{ runtimeclass_name: name }];
    },
  ),
  series(
    'kube_pod_spec_volumes_persistentvolumeclaims_info',
    'Information about persistentvolumeclaim and ephemeral volumes in a pod.',
    pod => claimRows(pod, () => 1),
  ),
  series(
    'kube_pod_spec_volumes_persistentvolumeclaims_readonly',
    'Describes whether a persistentvolumeclaim is mounted read only.',
    pod => claimRows(pod, isReadOnly => (isReadOnly ? 1 : 0)),
  ),
  gauge('kube_pod_start_time', 'Start time in unix timestamp for a pod.', ({ status }) =>
    seconds(status?.startTime),
  ),
  series('kube_pod_status_phase', 'The pods current phase.', ({ status }) =>
    status?.phase === undefined ? [] : choiceRows(status.phase, 'phase', phases),
  ),
  series('kube_pod_status_qos_class', 'The pods current qosClass.', ({ status }) =>
    status?.qosClass === undefined ? [] : choiceRows(status.qosClass, 'qos_class', classes),
  ),
  statusOf(
    'kube_pod_status_ready',
    'Describes whether the pod is ready to serve requests.',
    'Ready',
  ),
  since(
    'kube_pod_status_ready_time',
    'Readiness achieved time in unix timestamp for a pod.',
    'Ready',
  ),
  since(
    'kube_pod_status_initialized_time',
    'Initialized time in unix timestamp for a pod.',
    'Initialized',
  ),
  since(
    'kube_pod_status_container_ready_time',
    'Readiness achieved time in unix timestamp for a pod containers.',
    'ContainersReady',
  ),
  series('kube_pod_status_reason', 'The pod status reasons', reasonRows),
  information('kube_pod_status_disruption_reason', 'The pod disruption condition reason', pod =>
    conditions(pod, 'DisruptionTarget').map(({ reason = '' }) => ({
      reason: disruptionReasons.includes(reason) ? reason : 'Other',
    })),
  ),
  statusOf(
    'kube_pod_status_scheduled',
    'Describes the status of the scheduling process for the pod.',
    'PodScheduled',
  ),
  since(
    'kube_pod_status_scheduled_time',
    'Unix timestamp when pod moved into scheduled status',
    'PodScheduled',
  ),
  information(
    'kube_pod_status_unschedulable',
    'Describes the unschedulable status for the pod.',
    pod =>
      conditions(pod, 'PodScheduled').flatMap(({ status }) => (status === 'False' ? [{}] : [])),
  ),
  since(
    'kube_pod_status_unscheduled_time',
    'Unix timestamp when pod moved into unscheduled status',
    'PodScheduled',
    'False',
  ),
  information('kube_pod_tolerations', 'Information about the pod tolerations', tolerations),
  information('kube_pod_service_account', 'The service account for a pod.', ({ spec }) => [
    { service_account: spec?.serviceAccountName ?? '' },
  ]),
  information('kube_pod_scheduler', 'The scheduler for a pod.', ({ spec }) => [
    { name: spec?.schedulerName ?? '' },
  ]),
];

/** Pods. */
export const pods: StateResource<Pod> = {
  name: 'pods',
  api: '/api/v1',
  isNamespaced: true,
  prefix: 'kube_pod',
  identity: ({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    pod: metadata.name ?? '',
    uid: metadata.uid ?? '',
  }),
  families: [...own, ...containerFamilies, ...initContainerFamilies],
};
