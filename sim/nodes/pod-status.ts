/** The status of a pod as the kubelet tells it. @upstream pkg/kubelet/kubelet_pods.go generateAPIPodStatus */
import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../api/kinds/core.js';
import { rfc3339 } from '../api/time.js';
import * as conditions from './conditions.js';
import { type ContainerRecord, type RuntimeStatus, sandboxIp } from './container-records.js';
import { containerStatuses } from './container-status.js';
import type { KubeletContext } from './context.js';
import { pastDeadline } from './deadline.js';
import { phaseOf } from './phase.js';
import type { PodEntry } from './pod-entry.js';
import {
  containersOf,
  ephemeralContainersOf,
  initContainersOf,
  isTerminalPhase,
  mayRestartAll,
} from './pod-spec.js';
import { withProbeResults } from './probe-results.js';
import { podLimits, podRequests, requirements } from './resources.js';
import { allRestart } from './restart-all.js';
import { logTailBounds } from './termination-message.js';
import type { Writable } from './writable.js';

/** Makes the status from what the runtime says. */
export function podStatus(
  context: KubeletContext,
  entry: PodEntry,
  runtime: RuntimeStatus,
  isTerminal: boolean,
): PodStatus {
  const pod = entry.effective;
  const old = entry.status;
  const containers = allContainerStatuses(context, entry, runtime);
  const phase = keptPhase(context, entry, {
    computed: phaseOf(pod, [...containers.main, ...containers.init], {
      isTerminal,
      hasStarted: hasActiveMainContainer(pod, runtime),
    }),
  });
  const probed = withProbeResults(context, entry, containers);
  const devices = (statuses: readonly ContainerStatus[]) =>
    context.machine.devices.withAllocated(entry.uid, statuses);
  const facts: conditions.ConditionFacts = {
    pod: entry.pod,
    old,
    runtime,
    phase: phase.phase,
    statuses: [...probed.init, ...probed.main],
  };
  const ip = podIpOf(context, entry, runtime);
  const { ephemeral } = containers;
  const requests = podRequests(pod);
  const limits = podLimits(pod);
  const hasRequests = Object.keys(requests).length > 0;
  const status: Writable<PodStatus> = {
    phase: phase.phase,
    conditions: allConditions(entry, facts, isTerminal),
    hostIP: context.nodeIp,
    hostIPs: onlyAddress(context.nodeIp, old.hostIPs),
    containerStatuses: devices(probed.main),
    qosClass: pod.status?.qosClass ?? 'BestEffort',
  };
  if (phase.reason !== undefined) status.reason = phase.reason;
  if (phase.message !== undefined) status.message = phase.message;
  if (ip !== '') {
    status.podIP = ip;
    status.podIPs = onlyAddress(ip, old.podIPs);
  }
  if (old.startTime !== undefined) status.startTime = old.startTime;
  if (probed.init.length > 0) status.initContainerStatuses = probed.init;
  if (ephemeral.length > 0) status.ephemeralContainerStatuses = ephemeral;
  if (hasRequests) status.allocatedResources = requests;
  if (hasRequests || limits !== undefined) {
    status.resources = requirements(limits, hasRequests ? requests : undefined);
  }
  return status;
}

/** The list of one address: the one that there was, if it says the same. */
function onlyAddress<T extends { readonly ip?: string }>(
  ip: string,
  before: readonly T[] | undefined,
): readonly T[] | readonly { readonly ip: string }[] {
  const isSame = before?.length === 1 && before[0]?.ip === ip;
  return isSame ? before : [{ ip }];
}

/** The statuses of the three sorts of containers. */
export interface StatusesBySort {
  readonly init: readonly ContainerStatus[];
  readonly main: readonly ContainerStatus[];
  readonly ephemeral: readonly ContainerStatus[];
}

function allContainerStatuses(
  context: KubeletContext,
  entry: PodEntry,
  runtime: RuntimeStatus,
): StatusesBySort {
  const pod = entry.effective;
  const old = entry.status;
  const initContainers = initContainersOf(pod);
  const shared = {
    pod,
    runtime,
    hasInit: initContainers.length > 0,
    isRestarting: mayRestartAll(pod) && allRestart(pod, runtime, old),
    reasonOf: (name: string) => entry.reasons.get(name),
    logTail: (record: ContainerRecord) => logTail(context, entry, record),
  };
  const make = (
    containers: readonly Parameters<typeof containerStatuses>[0]['containers'][number][],
    oldStatuses: readonly ContainerStatus[] | undefined,
    isInit: boolean,
  ) =>
    containers.length === 0
      ? []
      : containerStatuses(Object.assign({ containers, old: oldStatuses ?? [], isInit }, shared));
  return {
    main: make(containersOf(pod), old.containerStatuses, false),
    init: make(initContainers, old.initContainerStatuses, true),
    ephemeral: make(ephemeralContainersOf(pod), old.ephemeralContainerStatuses, false),
  };
}

function logTail(context: KubeletContext, entry: PodEntry, record: ContainerRecord): string {
  const container = context.machine.runtime.container(entry.uid, record.id);
  return container?.log.tail(logTailBounds) ?? '';
}

/** A terminal phase is never left; reason and message are kept while the phase is. */
function keptPhase(
  context: KubeletContext,
  entry: PodEntry,
  { computed }: { readonly computed: string },
): Pick<PodStatus, 'phase' | 'reason' | 'message'> & { readonly phase: string } {
  const old = entry.status;
  const api = entry.pod.status ?? {};
  let phase = computed;
  if (!isTerminalPhase(phase)) {
    if (isTerminalPhase(old.phase)) phase = old.phase ?? phase;
    else if (isTerminalPhase(api.phase)) phase = api.phase ?? phase;
  }
  let reason: string | undefined;
  let message: string | undefined;
  if (phase === old.phase) {
    reason = old.reason ?? api.reason;
    message = old.message ?? api.message;
  }
  const deadline = pastDeadline(context, entry);
  if (deadline !== undefined) {
    context.tell(entry.pod, { type: 'Normal', ...deadline });
    phase = 'Failed';
    ({ reason, message } = deadline);
  }
  if (isTerminalPhase(api.phase)) phase = api.phase ?? phase;
  return { phase, ...(reason && { reason }), ...(message && { message }) };
}

function hasActiveMainContainer(pod: Pod, runtime: RuntimeStatus): boolean {
  const sandbox = runtime.sandboxes[0]?.id;
  const main = containersOf(pod);
  return runtime.containers.some(
    ({ name, sandboxId }) => sandboxId === sandbox && main.some(item => item.name === name),
  );
}

/** A pod keeps its address in the status when its sandbox has stopped. */
function podIpOf(context: KubeletContext, entry: PodEntry, runtime: RuntimeStatus): string {
  if (entry.pod.spec?.hostNetwork === true) return context.nodeIp;
  const ready = sandboxIp(runtime);
  return ready === '' ? entry.lastIp : ready;
}

function allConditions(
  entry: PodEntry,
  facts: conditions.ConditionFacts,
  isTerminal: boolean,
): readonly PodCondition[] {
  const { pod, old } = facts;
  const own: PodCondition[] = (pod.status?.conditions ?? []).filter(
    ({ type }) => !conditions.isKubeletCondition(type),
  );
  if (!isTerminal) own.push(...resizeConditions(entry));
  const disruption = old.conditions?.find(({ type }) => type === 'DisruptionTarget');
  if (disruption !== undefined && !own.some(({ type }) => type === 'DisruptionTarget')) {
    own.push(disruption);
  }
  own.push(conditions.readyToStartContainers(facts));
  own.push(conditions.initialized(facts));
  const containers = conditions.containersReady(facts);
  own.push(conditions.ready(facts, own, containers));
  own.push(containers);
  own.push(conditions.scheduled(facts));
  if (mayRestartAll(pod)) own.push(conditions.allContainersRestarting(facts));
  return own;
}

function resizeConditions(entry: PodEntry): PodCondition[] {
  const { pending, inProgress } = entry.resize;
  const list: PodCondition[] = [];
  for (const [type, condition] of [
    ['PodResizePending', pending],
    ['PodResizeInProgress', inProgress],
  ] as const) {
    if (condition === undefined) continue;
    list.push({
      type,
      observedGeneration: condition.generation,
      status: 'True',
      lastTransitionTime: rfc3339(condition.sinceMs),
      ...(condition.reason !== undefined && { reason: condition.reason }),
      ...(condition.message !== undefined && { message: condition.message }),
    });
  }
  return list;
}
