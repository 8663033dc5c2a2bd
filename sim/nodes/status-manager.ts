/** Keeps the statuses of pods and writes them to the API. @upstream pkg/kubelet/status/status_manager.go */
import { type ContainerStatus, type Pod, type PodStatus, pods } from '../api/kinds/core.js';
import { deepEqual } from '../api/equality.js';
import { rfc3339 } from '../api/time.js';
import type { Reconciliation } from '../client/contract.js';
import { call, get, remove, update } from '../client/requests.js';
import * as podConditions from './conditions.js';
import type { KubeletContext } from './context.js';
import type { PodEntry } from './pod-entry.js';
import { initContainersOf, isMirrorPod, isSidecar, isTerminalPhase } from './pod-spec.js';
import {
  isEqualByKubelet,
  isIllegalTransition,
  mergedStatus,
  withTransitionTimes,
} from './status-merge.js';

/** How often a write is tried again when someone else wrote in between. */
const conflictsMax = 3;

/** Takes a new status; it is written when it differs. `force` writes it anyhow. */
export function setStatus(
  context: KubeletContext,
  entry: PodEntry,
  status: PodStatus,
  how: { readonly force?: boolean; readonly isFinished?: boolean } = {},
): void {
  const force = how.force === true || entry.pod.metadata.deletionTimestamp !== undefined;
  store(context, entry, status, {
    force,
    isFinished: how.isFinished === true,
    generation: entry.pod.metadata.generation,
  });
}

interface StoreOptions {
  readonly force: boolean;
  readonly isFinished: boolean;
  /** The generation that the status is about; absent: that of the one before. */
  readonly generation?: number | undefined;
}

function store(
  context: KubeletContext,
  entry: PodEntry,
  status: PodStatus,
  { force, isFinished, generation }: StoreOptions,
): void {
  const old = entry.status;
  const nowMs = context.clock.now();
  if (isIllegalTransition(entry.pod, old, status)) return;
  const told = generation ?? status.observedGeneration ?? 0;
  const observed = Math.max(old.observedGeneration ?? 0, told);
  const conditions = withTransitionTimes(status.conditions, old.conditions, nowMs);
  const startTime = old.startTime ?? status.startTime ?? rfc3339(nowMs);
  const containerStatuses = keptStatuses(status.containerStatuses, old.containerStatuses);
  // A spread that grows would give each status a shape of its own.
  const next: PodStatus = Object.assign(
    {},
    status,
    containerStatuses && { containerStatuses },
    { conditions, startTime },
    observed > 0 && { observedGeneration: observed },
  );
  const { managed } = entry;
  if (managed !== undefined && !force && isEqualByKubelet(managed.status, next)) return;
  entry.managed = {
    status: next,
    version: (managed?.version ?? 0) + 1,
    isFinished: isFinished || managed?.isFinished === true,
  };
  context.writeStatus(entry);
}

/** What says the same stays the same object: whoever compares it or tidies it need not look. */
function keptStatuses(
  next: readonly ContainerStatus[] | undefined,
  old: readonly ContainerStatus[] | undefined,
): readonly ContainerStatus[] | undefined {
  if (next === undefined || old === undefined || next === old) return next;
  const kept = next.map((status, index) =>
    deepEqual(status, old[index]) ? (old[index] ?? status) : status,
  );
  return kept.length === old.length && kept.every((each, index) => each === old[index])
    ? old
    : kept;
}

/** The sandbox is ready: told before the containers start. @upstream kubelet.go OnPodSandboxReady */
export function setSandboxReady(context: KubeletContext, entry: PodEntry): void {
  const { status } = entry;
  const { generation } = entry.pod.metadata;
  setStatus(context, entry, {
    ...status,
    conditions: (status.conditions ?? []).map(condition =>
      condition.type === 'PodReadyToStartContainers'
        ? { ...condition, status: 'True', ...(generation && { observedGeneration: generation }) }
        : condition,
    ),
  });
}

/** A readiness probe has changed its mind. */
export function setReadiness(
  context: KubeletContext,
  entry: PodEntry,
  containerID: string,
  ready: boolean,
): void {
  const status = changedContainer(entry, containerID, old =>
    old.ready === ready ? old : { ...old, ready },
  );
  if (status === undefined) return;
  const facts: podConditions.ConditionFacts = {
    pod: entry.pod,
    old: entry.status,
    runtime: entry.cached,
    phase: status.phase ?? '',
    statuses: [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])],
  };
  const next = (status.conditions ?? []).map(condition => {
    if (condition.type === 'Ready') return podConditions.ready(facts, status.conditions ?? []);
    return condition.type === 'ContainersReady' ? podConditions.containersReady(facts) : condition;
  });
  store(context, entry, { ...status, conditions: next }, { force: false, isFinished: false });
}

/** A startup probe has said its last. */
export function setStarted(
  context: KubeletContext,
  entry: PodEntry,
  containerID: string,
  started: boolean,
): void {
  const status = changedContainer(entry, containerID, old =>
    old.started === started ? old : { ...old, started },
  );
  if (status !== undefined) store(context, entry, status, { force: false, isFinished: false });
}

function changedContainer(
  entry: PodEntry,
  containerID: string,
  change: (old: ContainerStatus) => ContainerStatus,
): PodStatus | undefined {
  const { managed } = entry;
  if (managed === undefined) return undefined;
  let isChanged = false;
  const apply = (list: readonly ContainerStatus[] | undefined) =>
    list?.map(status => {
      if (status.containerID !== containerID) return status;
      const next = change(status);
      isChanged ||= next !== status;
      return next;
    });
  const main = apply(managed.status.containerStatuses);
  const init = apply(managed.status.initContainerStatuses);
  if (!isChanged) return undefined;
  return {
    ...managed.status,
    ...(main && { containerStatuses: main }),
    ...(init && { initContainerStatuses: init }),
  };
}

/** The pod's last status: nothing of it runs any more. @upstream status_manager.go TerminatePod */
export function terminateStatus(context: KubeletContext, entry: PodEntry): void {
  const { status } = entry;
  const isInitialized = hasInitialized(entry.seen);
  const lost = (list: readonly ContainerStatus[] | undefined, count: number) =>
    list?.map((item, index) =>
      index >= count || item.state?.terminated !== undefined
        ? item
        : { ...item, state: { terminated: lostContainer } },
    );
  const init = status.initContainerStatuses;
  const main = status.containerStatuses;
  const phase = isTerminalPhase(status.phase) ? status.phase : 'Failed';
  const final: PodStatus = {
    ...status,
    ...(main && { containerStatuses: lost(main, isInitialized ? main.length : 0) ?? [] }),
    ...(init && { initContainerStatuses: lost(init, startedInit(init)) ?? [] }),
    ...(phase !== undefined && { phase }),
  };
  store(context, entry, final, { force: true, isFinished: true });
}

/** The deletion of a pod and its rejection may cross: nothing of it runs, so it may go at once. */
export function terminateRejected(context: KubeletContext, entry: PodEntry): void {
  if (entry.pod.metadata.deletionTimestamp !== undefined) terminateStatus(context, entry);
}

const lostContainer = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message: 'The container could not be located when the pod was terminated',
};

/** How many init containers, from the first, show that they have ever started; at least one. */
function startedInit(statuses: readonly ContainerStatus[]): number {
  const last = statuses.findLastIndex(
    ({ state, lastState }) => state?.waiting === undefined || lastState?.terminated !== undefined,
  );
  return Math.max(last, 0) + 1;
}

function hasInitialized(pod: Pod): boolean {
  const init = initContainersOf(pod);
  const last = init.at(-1);
  if (last === undefined) return true;
  const isOut = pod.status?.containerStatuses?.some(
    ({ state, lastState }) => lastState?.terminated !== undefined || state?.waiting === undefined,
  );
  if (isOut === true) return true;
  const status = pod.status?.initContainerStatuses?.find(({ name }) => name === last.name);
  if (isSidecar(last)) return status?.state?.running !== undefined && status.started === true;
  return status?.lastState?.terminated?.exitCode === 0 || status?.state?.terminated?.exitCode === 0;
}

/** Whether the resync has something to do: someone else changed the status, or the pod may go. */
export function needsResync(entry: PodEntry): boolean {
  const { managed } = entry;
  if (managed === undefined) return false;
  if (managed.version > entry.writtenVersion) return true;
  if (canBeDeleted(entry.pod, managed.isFinished)) return true;
  return !isEqualByKubelet(entry.pod.status ?? {}, managed.status);
}

function canBeDeleted(pod: Pod, isFinished: boolean): boolean {
  if (pod.metadata.deletionTimestamp === undefined || isMirrorPod(pod)) return false;
  return isTerminalPhase(pod.status?.phase) && isFinished;
}

/** Writes a pod's status if the API's is another; deletes the pod when it has ended and is to go. */
export function* writeStatus(
  context: KubeletContext,
  entry: PodEntry,
): Reconciliation<{ readonly retry: string } | undefined> {
  const { managed } = entry;
  if (managed === undefined || entry.isRemoved) return undefined;
  let { pod } = entry;
  for (let conflicts = 0; ; conflicts++) {
    const status = mergedStatus(pod, managed.status, {
      mayRun: entry.mayRun,
      nowMs: context.clock.now(),
    });
    if (deepEqual(status, pod.status)) break;
    const answer = yield* call(update(pods, { ...pod, status }, 'status'));
    if (answer.isOk) {
      pod = answer.object;
      entry.ownVersion = pod.metadata.resourceVersion;
      break;
    }
    if (answer.status === 404) return undefined;
    if (answer.status !== 409 || conflicts >= conflictsMax) return { retry: answer.message };
    const { namespace = '', name = '', uid } = pod.metadata;
    const fresh = yield* call(get(pods, namespace, name));
    if (!fresh.isOk && fresh.status !== 404) return { retry: fresh.message };
    if (!fresh.isOk || fresh.object.metadata.uid !== uid) return undefined;
    pod = fresh.object;
  }
  entry.writtenVersion = managed.version;
  if (!canBeDeleted(pod, entry.managed?.isFinished === true)) return undefined;
  const { namespace = '', name = '', uid } = pod.metadata;
  const preconditions = uid === undefined ? {} : { preconditions: { uid } };
  const answer = yield* call(
    remove(pods, namespace, name, { gracePeriodSeconds: 0, ...preconditions }),
  );
  if (answer.isOk || answer.status === 404) return undefined;
  if (answer.status !== 409) return { retry: answer.message };
  // Another pod of its name, or a server that has it wrong: the next round of all statuses tells.
  context.resyncStatuses();
  return undefined;
}
