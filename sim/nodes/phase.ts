/** The phase of a pod, from the statuses of its containers. @upstream pkg/kubelet/kubelet_pods.go getPhase */
import type { ContainerStatus, Pod } from '../api/kinds/core.js';
import {
  containersOf,
  initContainersOf,
  isSidecar,
  restartsAfter,
  statusNamed,
} from './pod-spec.js';

/** The reason of containers that were removed because all of the pod's are restarted. */
export const restartingAllContainers = 'RestartingAllContainers';

interface Count {
  pendingInit: number;
  failedInit: number;
  pendingSidecars: number;
  unknown: number;
  running: number;
  waiting: number;
  stopped: number;
  stoppedForGood: number;
  succeeded: number;
}

/** What the phase is, with nothing kept of the one before. */
export function phaseOf(
  pod: Pod,
  statuses: readonly ContainerStatus[],
  facts: { readonly isTerminal: boolean; readonly hasStarted: boolean },
): string {
  const count: Count = {
    pendingInit: 0,
    failedInit: 0,
    pendingSidecars: 0,
    unknown: 0,
    running: 0,
    waiting: 0,
    stopped: 0,
    stoppedForGood: 0,
    succeeded: 0,
  };
  countInit(pod, statuses, count);
  countSidecars(pod, statuses, count);
  countMain(pod, statuses, count);
  if (count.failedInit > 0) return 'Failed';
  const isInitializing = count.pendingInit > 0 || (count.pendingSidecars > 0 && !facts.hasStarted);
  if (isInitializing || count.waiting > 0) return 'Pending';
  if (count.running > 0 && count.unknown === 0) return 'Running';
  if (count.running === 0 && count.stopped > 0 && count.unknown === 0) {
    if (!facts.isTerminal && count.stopped !== count.stoppedForGood) return 'Running';
    return count.stopped === count.succeeded ? 'Succeeded' : 'Failed';
  }
  return 'Pending';
}

function countInit(pod: Pod, statuses: readonly ContainerStatus[], count: Count): void {
  for (const container of initContainersOf(pod)) {
    if (isSidecar(container)) continue;
    const status = statusNamed(statuses, container.name);
    const ended = endOf(status);
    if (ended === undefined) count.pendingInit++;
    else if (ended.exitCode !== 0) {
      const restarts = restartsAfter(container, pod.spec, ended.exitCode);
      if (!restarts && ended.reason !== restartingAllContainers) count.failedInit++;
    }
  }
}

/** How a container ended: now, or before it was made to wait. */
function endOf(status: ContainerStatus | undefined) {
  if (status?.state?.running !== undefined) return undefined;
  if (status?.state?.terminated !== undefined) return status.state.terminated;
  return status?.state?.waiting === undefined ? undefined : status.lastState?.terminated;
}

function countSidecars(pod: Pod, statuses: readonly ContainerStatus[], count: Count): void {
  for (const container of initContainersOf(pod)) {
    if (!isSidecar(container)) continue;
    const status = statusNamed(statuses, container.name);
    if (status === undefined) count.unknown++;
    else if (status.state?.running !== undefined) {
      if (status.started !== true) count.pendingSidecars++;
      count.running++;
    } else if (status.state?.terminated === undefined) {
      if (status.state?.waiting === undefined) {
        count.pendingSidecars++;
        count.unknown++;
      } else if (status.lastState?.terminated === undefined) {
        count.pendingSidecars++;
        count.waiting++;
      }
    }
  }
}

function countMain(pod: Pod, statuses: readonly ContainerStatus[], count: Count): void {
  for (const container of containersOf(pod)) {
    const status = statusNamed(statuses, container.name);
    const state = status?.state;
    if (state?.running !== undefined) {
      count.running++;
      continue;
    }
    const ended = endOf(status);
    if (ended === undefined) {
      if (state?.waiting === undefined) count.unknown++;
      else count.waiting++;
      continue;
    }
    count.stopped++;
    const restarts = restartsAfter(container, pod.spec, ended.exitCode);
    if (!restarts && ended.reason !== restartingAllContainers) count.stoppedForGood++;
    if (state?.terminated?.exitCode === 0) count.succeeded++;
  }
}
