/** What is known of a Ray cluster after a pass. @upstream kuberay v1.7.0 raycluster_controller.go, calculateStatus */
import { deepEqual } from '../../api/equality.js';
import type { Pod, PodSpec, Service } from '../../api/kinds/core.js';
import {
  findCondition,
  isConditionTrue,
  withCondition,
  withoutCondition,
  type AnyCondition,
} from '../../api/meta.js';
import { quantity, zero, type Quantity } from '../../api/quantity.js';
import { keys } from './keys.js';
import { isGpu } from './start-command.js';
import type { HeadInfo, RayCluster, RayClusterStatus, WorkerGroupSpec } from './types.js';

const mostReplicas = 2_147_483_647;

/** Why a pass over the pods ended early; the reason is one of those that the status tells. */
export interface PassFailure {
  readonly message: string;
  readonly reason?: string;
}

/** What the caches say of a cluster. */
export interface Seen {
  readonly pods: readonly Pod[];
  readonly heads: readonly Pod[];
  readonly services: readonly Service[];
  readonly failure: PassFailure | undefined;
  readonly now: string;
}

/** How many workers a group shall have. */
export function desiredPods(group: WorkerGroupSpec): number {
  const { replicas, minReplicas = 0, maxReplicas = mostReplicas, numOfHosts = 1 } = group;
  if (group.suspend === true) return 0;
  if (replicas === undefined || replicas < minReplicas) return minReplicas * numOfHosts;
  return Math.min(replicas, maxReplicas) * numOfHosts;
}

/** Suspending, suspended, or neither. */
export function suspensionOf(status: RayClusterStatus | undefined): string {
  const found = status?.conditions?.find(
    ({ type, status: said }) =>
      (type === 'RayClusterSuspending' || type === 'RayClusterSuspended') && said === 'True',
  );
  return found?.type ?? '';
}

/** Whether all pods that are there run and are ready. */
export function areAllRunning(pods: readonly Pod[]): boolean {
  return (
    pods.length > 0 &&
    pods.every(
      ({ status }) =>
        status?.phase === 'Running' &&
        (status.conditions ?? []).every(
          ({ type, status: said }) => type !== 'Ready' || said === 'True',
        ),
    )
  );
}

/** The status, or why there is none. */
export function clusterStatus(cluster: RayCluster, seen: Seen): RayClusterStatus | string {
  const { pods, failure, now } = seen;
  const { spec, metadata, status: old = {} } = cluster;
  const groups = spec.workerGroupSpecs ?? [];
  if (seen.heads.length > 1) return 'found multiple heads.';
  const head = headInfo(cluster, seen);
  if (typeof head === 'string') return head;
  const desired = sum(groups, desiredPods);
  const isWhole = failure === undefined && pods.length === desired + 1;
  const isReady = isWhole && areAllRunning(pods);
  const isAsleep = spec.suspend === true && pods.length === 0;
  const state = isAsleep ? 'suspended' : isReady ? 'ready' : old.state;
  const { reason, stateTransitionTimes, endpoints: known } = old;
  const endpoints = { ...known, ...endpointsOf(seen.services[0]) };
  return {
    ...(!isReady && reason !== undefined && { reason }),
    ...counts(groups, pods, desired),
    ...resources(cluster),
    ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
    ...(state !== undefined && { state }),
    ...(state !== old.state || stateTransitionTimes !== undefined
      ? {
          stateTransitionTimes: {
            ...stateTransitionTimes,
            ...(state !== undefined && state !== old.state && { [state]: now }),
          },
        }
      : {}),
    conditions: conditionsOf(cluster, seen),
    ...(seen.services.length > 0 || known !== undefined ? { endpoints } : {}),
    head,
    lastUpdateTime: now,
  };
}

/** Whether the status is worth a write: times and sums of resources alone are not. */
export function isStatusChanged(old: RayClusterStatus = {}, status: RayClusterStatus): boolean {
  const same = (field: keyof RayClusterStatus) => deepEqual(old[field], status[field]);
  const numbers = ['ready', 'available', 'desired', 'min', 'max'].map(
    word => `${word}WorkerReplicas` as keyof RayClusterStatus,
  );
  const fields = ['state', 'reason', 'endpoints', 'conditions', ...numbers] as const;
  const isSameHead = deepEqual(old.head ?? {}, status.head ?? {});
  return !isSameHead || !fields.every(field => same(field as keyof RayClusterStatus));
}

function sum<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}

/** Go leaves numbers out that are zero. */
function counts(
  groups: readonly WorkerGroupSpec[],
  pods: readonly Pod[],
  desiredWorkerReplicas: number,
): Partial<RayClusterStatus> {
  const workers = pods.filter(({ metadata }) => metadata.labels?.[keys.nodeType] === 'worker');
  const running = workers.filter(({ status }) => status?.phase === 'Running');
  const awake = groups.filter(({ suspend }) => suspend !== true);
  const most = sum(
    awake,
    ({ maxReplicas = mostReplicas, numOfHosts = 1 }) => maxReplicas * numOfHosts,
  );
  const numbers = {
    readyWorkerReplicas: running.filter(({ status }) =>
      isConditionTrue(status?.conditions, 'Ready'),
    ).length,
    availableWorkerReplicas: running.length,
    desiredWorkerReplicas,
    minWorkerReplicas: sum(
      awake,
      ({ minReplicas = 0, numOfHosts = 1 }) => minReplicas * numOfHosts,
    ),
    maxWorkerReplicas: Math.min(most, mostReplicas),
  };
  return Object.fromEntries(Object.entries(numbers).filter(([, number]) => number !== 0));
}

/** What all pods of the cluster ask for, as many as each group says. */
export function desiredResources({ spec }: RayCluster): ReadonlyMap<string, Quantity> {
  const total = podResources(spec.headGroupSpec.template.spec);
  for (const group of spec.workerGroupSpecs ?? []) {
    if (group.suspend === true) continue;
    const times = (group.numOfHosts ?? 1) * (group.replicas ?? 0);
    for (const [name, amount] of podResources(group.template.spec)) {
      total.set(name, (total.get(name) ?? zero).add(amount.multiply(times)));
    }
  }
  return total;
}

function resources(cluster: RayCluster): Partial<RayClusterStatus> {
  const total = desiredResources(cluster);
  let gpus = zero;
  for (const [name, amount] of total) {
    if (isGpu(name) && amount.sign() !== 0) gpus = gpus.add(amount);
  }
  const amount = (name: string) => (total.get(name) ?? zero).toString();
  return {
    desiredCPU: amount('cpu'),
    desiredMemory: amount('memory'),
    desiredGPU: gpus.toString(),
    desiredTPU: amount('google.com/tpu'),
  };
}

/** Requests count before limits. */
function podResources(spec: PodSpec | undefined): Map<string, Quantity> {
  const total = new Map<string, Quantity>();
  for (const { resources: { limits, requests } = {} } of spec?.containers ?? []) {
    for (const [name, text] of Object.entries({ ...limits, ...requests })) {
      const known = total.get(name);
      total.set(name, known === undefined ? quantity(text) : known.add(quantity(text)));
    }
  }
  return total;
}

function conditionsOf(cluster: RayCluster, seen: Seen): readonly AnyCondition[] {
  const { failure, heads, pods, now } = seen;
  const draft = new Conditions(cluster.status?.conditions ?? [], now);
  if (failure === undefined) draft.remove('ReplicaFailure');
  else if (failure.reason !== undefined) {
    draft.set('ReplicaFailure', 'True', failure.reason, failure.message);
  }
  const [head] = heads;
  if (head === undefined)
    draft.set('HeadPodReady', 'False', 'HeadPodNotFound', 'Head Pod not found');
  else draft.put({ type: 'HeadPodReady', ...headReadiness(head) });
  const suspension = suspensionOf(cluster.status);
  if (!draft.isTrue('RayClusterProvisioned') && suspension !== 'RayClusterSuspended') {
    if (areAllRunning(pods)) {
      const message = 'All Ray Pods are ready for the first time';
      draft.set('RayClusterProvisioned', 'True', 'AllPodRunningAndReadyFirstTime', message);
    } else draft.set('RayClusterProvisioned', 'False', provisioning.reason, provisioning.message);
  }
  judgeSuspension(cluster, draft, { suspension, hasPods: pods.length > 0 });
  return draft.all;
}

const provisioning = {
  reason: 'RayClusterPodsProvisioning',
  message: 'RayCluster Pods are being provisioned for first time',
};

function judgeSuspension(
  { spec }: RayCluster,
  draft: Conditions,
  { suspension, hasPods }: { readonly suspension: string; readonly hasPods: boolean },
): void {
  if (suspension === 'RayClusterSuspending') {
    if (hasPods) return;
    const message = 'RayCluster has been suspended';
    draft.set('RayClusterProvisioned', 'False', provisioning.reason, message);
    draft.say('RayClusterSuspending', 'False');
    draft.say('RayClusterSuspended', 'True');
  } else if (suspension === 'RayClusterSuspended') {
    if (spec.suspend === false) draft.say('RayClusterSuspended', 'False');
  } else {
    draft.say('RayClusterSuspended', 'False');
    draft.say('RayClusterSuspending', spec.suspend === true ? 'True' : 'False');
  }
}

class Conditions {
  constructor(
    public all: readonly AnyCondition[],
    private readonly now: string,
  ) {}

  put(condition: AnyCondition): void {
    this.all = withCondition(this.all, { lastTransitionTime: this.now, ...condition });
  }

  set(type: string, status: string, reason: string, message: string): void {
    this.put({ type, status, reason, message });
  }

  /** A condition that is its own reason. */
  say(type: string, status: string): void {
    this.set(type, status, type, '');
  }

  remove(type: string): void {
    this.all = withoutCondition(this.all, type);
  }

  isTrue(type: string): boolean {
    return isConditionTrue(this.all, type);
  }
}

/** As the pod says it; what holds a container up says more than that something does. */
export function headReadiness({ status }: Pod): Omit<AnyCondition, 'type'> {
  const ready = findCondition(status?.conditions, 'Ready');
  if (ready === undefined) return { status: 'False', reason: 'Unknown', message: '' };
  const said = ready.reason ?? '';
  const reason = said === '' && ready.status === 'True' ? 'HeadPodRunningAndReady' : said;
  const message = ready.message ?? '';
  const whole = { status: ready.status, reason: reason || 'Unknown', message };
  if (reason !== 'ContainersNotReady') return whole;
  const held = (status?.containerStatuses ?? []).find(
    ({ state }) => state?.waiting !== undefined || state?.terminated !== undefined,
  );
  const why = held?.state?.waiting ?? held?.state?.terminated;
  if (held === undefined || why === undefined) return whole;
  const more = `${held.name}: ${why.message ?? ''}`;
  return {
    status: ready.status,
    reason: why.reason ?? '',
    message: message === '' ? more : `${message}; ${more}`,
  };
}

function endpointsOf(service: Service | undefined): Readonly<Record<string, string>> {
  const told = (service?.spec?.ports ?? []).flatMap(({ name = '', nodePort = 0, targetPort }) => {
    const port = nodePort !== 0 ? nodePort : (targetPort ?? 0);
    return name === '' || port === 0 || port === '' ? [] : [[name, String(port)] as const];
  });
  return Object.fromEntries(told);
}

function headInfo({ metadata }: RayCluster, { heads, services }: Seen): HeadInfo | string {
  const [pod] = heads;
  const [service] = services;
  const of = `cluster name ${metadata.name ?? ''}`;
  if (service === undefined) return `unable to find head service. ${of}`;
  if (services.length > 1) return `found multiple head services. ${of}`;
  const { clusterIP = '' } = service.spec ?? {};
  if (clusterIP === '') return `head service IP is empty. ${of}`;
  const podIP = pod?.status?.podIP ?? '';
  const serviceIP = clusterIP === 'None' ? podIP : clusterIP;
  const all = {
    podIP,
    podName: pod?.metadata.name ?? '',
    serviceIP,
    serviceName: service.metadata.name ?? '',
  };
  return Object.fromEntries(Object.entries(all).filter(([, text]) => text !== ''));
}
