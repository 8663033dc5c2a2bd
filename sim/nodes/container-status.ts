/**
 * The statuses of containers as the API has them, from the runtime's records, the statuses before,
 * and why the last start failed. @upstream pkg/kubelet/kubelet_pods.go convertToAPIContainerStatuses
 */
import type {
  Container,
  ContainerState,
  ContainerStatus,
  Pod,
  ResourceRequirements,
  VolumeMountStatus,
} from '../api/kinds/core.js';
import { compareText } from '../api/go-text.js';
import { rfc3339 } from '../api/time.js';
import { type ContainerRecord, newestOf, type RuntimeStatus } from './container-records.js';
import { restartingAllContainers } from './phase.js';
import { containersOf, isSidecar, restartsAfter, statusNamed } from './pod-spec.js';
import { requirements } from './resources.js';
import { terminationMessageOf } from './termination-message.js';
import type { Writable } from './writable.js';

/** Why a container was not started. */
export interface WaitingReason {
  readonly reason: string;
  readonly message: string;
}

/** What statuses are made from. */
export interface ContainerStatusFacts {
  readonly pod: Pod;
  readonly runtime: RuntimeStatus;
  readonly old: readonly ContainerStatus[];
  readonly containers: readonly Container[];
  readonly isInit: boolean;
  readonly hasInit: boolean;
  /** All containers are being restarted in place. */
  readonly isRestarting: boolean;
  readonly reasonOf: (container: string) => WaitingReason | undefined;
  /** The end of a container's log, for termination messages. */
  readonly logTail: (record: ContainerRecord) => string;
}

/** One status for each container: init containers in the spec's order, others by name. */
export function containerStatuses(facts: ContainerStatusFacts): readonly ContainerStatus[] {
  const statuses = facts.containers.map(container => statusOf(container, facts));
  if (facts.isInit) return statuses;
  return statuses.sort((a, b) => compareText(a.name, b.name));
}

function statusOf(container: Container, facts: ContainerStatusFacts): ContainerStatus {
  const { name } = container;
  const old = statusNamed(facts.old, name);
  const records = facts.runtime.containers.filter(record => record.name === name);
  const [newest, previous] = records;
  let status: ContainerStatus;
  if (newest === undefined) status = missing(container, old, facts);
  else {
    status = present(newest, { container, old, facts });
    if (previous !== undefined) {
      const lastState = present(previous, { container, old, facts }).state ?? {};
      status = { ...status, lastState };
    }
  }
  return withReason(container, status, { newest, facts });
}

function initial(container: Container, hasInit: boolean): ContainerStatus {
  const reason = hasInit ? 'PodInitializing' : 'ContainerCreating';
  const volumeMounts = mountStatuses(container);
  return {
    name: container.name,
    state: { waiting: { reason } },
    lastState: noState,
    ready: false,
    restartCount: 0,
    image: container.image ?? '',
    imageID: '',
    ...(volumeMounts !== undefined && { volumeMounts }),
  };
}

function mountStatuses(container: Container): readonly VolumeMountStatus[] | undefined {
  if (container.volumeMounts === undefined || container.volumeMounts.length === 0) return undefined;
  return container.volumeMounts.map(({ name, mountPath, readOnly }) => ({
    name,
    mountPath,
    ...(readOnly === true && { readOnly, recursiveReadOnly: 'Disabled' }),
  }));
}

/** The runtime knows nothing of the container: it never ran, or its record is gone. */
function missing(
  container: Container,
  old: ContainerStatus | undefined,
  facts: ContainerStatusFacts,
): ContainerStatus {
  const fresh = initial(container, facts.hasInit);
  if (old === undefined) return fresh;
  if (facts.isRestarting && old.state?.waiting === undefined) {
    const reason = restartingAllContainers;
    const message = 'The container is removed because RestartAllContainers in place';
    return {
      ...(old.state?.terminated === undefined ? fresh : old),
      state: { waiting: { reason, message } },
      lastState: { terminated: { exitCode: 137, reason, message } },
      restartCount: old.restartCount + 1,
    };
  }
  if (old.state?.terminated !== undefined) return old;
  const kept = { ...fresh, restartCount: old.restartCount, lastState: old.lastState ?? {} };
  if (old.state?.running === undefined || kept.lastState.terminated !== undefined) return kept;
  const message =
    'The container could not be located when the pod was deleted.  The container used to be Running';
  return {
    ...kept,
    lastState: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message } },
    restartCount: old.restartCount + (facts.pod.metadata.deletionTimestamp === undefined ? 1 : 0),
  };
}

interface Converted {
  readonly container: Container;
  readonly old: ContainerStatus | undefined;
  readonly facts: ContainerStatusFacts;
}

function present(record: ContainerRecord, { container, old, facts }: Converted): ContainerStatus {
  const containerID = `containerd://${record.id}`;
  const state = stateOf(record, { container, facts, containerID });
  let { restartCount } = record;
  let lastState = noState;
  if (old !== undefined) {
    restartCount = Math.max(restartCount, old.restartCount);
    if (old.containerID !== containerID && old.state?.terminated !== undefined) {
      lastState = { terminated: old.state.terminated };
    } else if (old.lastState?.terminated !== undefined) {
      lastState = { terminated: old.lastState.terminated };
    }
    if (
      state.running !== undefined &&
      old.state?.terminated !== undefined &&
      old.restartCount >= record.restartCount
    ) {
      restartCount = old.restartCount + 1;
    }
  }
  const status: Writable<ContainerStatus> = {
    name: record.name,
    state,
    lastState,
    ready: false,
    restartCount,
    image: record.image,
    imageID: record.imageRef,
    containerID,
    resources: resourcesOf(record, container),
    user: old?.user?.linux === record.user ? old.user : { linux: record.user },
  };
  const wasRunning = record.state === 'running' && old?.containerID === containerID;
  if (wasRunning && old?.started !== undefined) status.started = old.started;
  const requests = container.resources?.requests;
  if (requests !== undefined && Object.keys(requests).length > 0) {
    status.allocatedResources = requests;
  }
  const volumeMounts = old?.volumeMounts ?? mountStatuses(container);
  if (volumeMounts !== undefined) status.volumeMounts = volumeMounts;
  return status;
}

/** Never changed: whoever has not ended before has this. */
const noState: ContainerState = {};

function resourcesOf(record: ContainerRecord, container: Container): ResourceRequirements {
  const { limits, requests } = container.resources ?? {};
  if (record.state !== 'running') return requirements(limits, requests);
  const actual = record.resources;
  return requirements(
    limits && { ...limits, ...actual?.limits },
    requests && { ...requests, ...actual?.requests },
  );
}

function stateOf(
  record: ContainerRecord,
  how: {
    readonly container: Container;
    readonly facts: ContainerStatusFacts;
    readonly containerID: string;
  },
): ContainerState {
  switch (record.state) {
    case 'created':
      return { waiting: {} };
    case 'running':
      return { running: { startedAt: rfc3339(record.startedMs) } };
    case 'exited': {
      const message = terminationMessageOf(record, how.container, {
        containersCount: containersOf(how.facts.pod).length,
        logTail: how.facts.logTail,
      });
      return {
        terminated: {
          exitCode: record.exitCode,
          reason: record.reason,
          ...(message !== '' && { message }),
          startedAt: rfc3339(record.startedMs),
          finishedAt: rfc3339(record.finishedMs),
          containerID: how.containerID,
        },
      };
    }
  }
}

/** A container that the next sync will start again waits, for the reason why it was not. */
function withReason(
  container: Container,
  status: ContainerStatus,
  {
    newest,
    facts,
  }: { readonly newest: ContainerRecord | undefined; readonly facts: ContainerStatusFacts },
): ContainerStatus {
  if (facts.isInit) {
    // Upstream leaves out sidecars that ended well, too.
    if (newest?.state === 'exited' && newest.exitCode === 0) return status;
    if (newest === undefined && hasMainContainer(facts) && !isSidecar(container)) {
      return status.state?.waiting === undefined ? status : { ...status, state: completedInit };
    }
  }
  if (!shouldStart(container, facts.pod, facts.runtime)) return status;
  const why = facts.reasonOf(container.name);
  if (why === undefined) return status;
  const waiting = {
    reason: why.reason,
    ...(why.message !== '' && { message: why.message }),
  };
  const { terminated } = status.state ?? {};
  return {
    ...status,
    state: { waiting },
    ...(terminated !== undefined && { lastState: { terminated } }),
  };
}

const completedInit: ContainerState = {
  terminated: {
    exitCode: 0,
    reason: 'Completed',
    message:
      'Unable to get init container status from container runtime and pod has been initialized, treat it as exited normally',
  },
};

function hasMainContainer({ pod, runtime }: ContainerStatusFacts): boolean {
  return containersOf(pod).some(({ name }) => newestOf(runtime, name) !== undefined);
}

/** Whether the next sync starts the container. @upstream container/helpers.go ShouldContainerBeRestarted */
export function shouldStart(container: Container, pod: Pod, runtime: RuntimeStatus): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  const record = newestOf(runtime, container.name);
  if (record === undefined || record.state === 'created') return true;
  if (record.state === 'running') return false;
  return restartsAfter(container, pod.spec, record.exitCode);
}
