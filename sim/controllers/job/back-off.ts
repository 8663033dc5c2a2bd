/** How long a Job waits before it replaces failed pods. @upstream pkg/controller/job/backoff_utils.go */
import type { ContainerStatus, Pod } from '../../api/kinds/core.js';
import { timeMs } from '../../api/time.js';
import { isSidecar, podCondition } from '../control/pod-state.js';

const baseMs = 10_000;
const maxMs = 600_000;

/** The failures of a Job since its last success. */
export interface BackOff {
  readonly failures: number;
  readonly lastFailureMs?: number;
}

/** The record after these pods have ended. */
export function nextBackOff(
  before: BackOff | undefined,
  succeeded: readonly Pod[],
  failed: readonly Pod[],
): BackOff {
  const failures = failed.map(finishedMs).sort((a, b) => a - b);
  const lastFailureMs = failures.at(-1);
  if (succeeded.length === 0) {
    if (lastFailureMs === undefined) return before ?? { failures: 0 };
    return { failures: (before?.failures ?? 0) + failures.length, lastFailureMs };
  }
  const lastSuccessMs = Math.max(...succeeded.map(finishedMs));
  const later = failures.filter(ms => ms > lastSuccessMs).length;
  return later === 0 || lastFailureMs === undefined
    ? { failures: 0 }
    : { failures: later, lastFailureMs };
}

/** How much longer to wait: 10 s after the first failure, doubling, at most 10 min. */
export function remainingMs({ failures, lastFailureMs }: BackOff, nowMs: number): number {
  if (failures === 0 || lastFailureMs === undefined) return 0;
  const backOffMs = Math.min(baseMs * 2 ** (failures - 1), maxMs);
  return Math.max(0, backOffMs - (nowMs - lastFailureMs));
}

/** When the pod ended, as well as can be told. */
export function finishedMs(pod: Pod): number {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata;
  const ready = podCondition(pod, 'Ready');
  const readyMs = ready?.status === 'False' ? timeMs(ready.lastTransitionTime) : undefined;
  const deletedMs = timeMs(deletionTimestamp);
  return (
    containersFinishedMs(pod) ??
    readyMs ??
    (deletedMs === undefined ? undefined : deletedMs - deletionGracePeriodSeconds * 1000) ??
    timeMs(creationTimestamp) ??
    0
  );
}

/** When the last container ended, sidecars included; undefined unless all have. */
function containersFinishedMs(pod: Pod): number | undefined {
  const sidecars = (pod.spec?.initContainers ?? []).filter(isSidecar).map(({ name }) => name);
  const main = latest(pod.status?.containerStatuses ?? [], undefined);
  if (main === 'running') return undefined;
  const besides = (pod.status?.initContainerStatuses ?? []).filter(({ name }) =>
    sidecars.includes(name),
  );
  const all = latest(besides, main);
  return all === 'running' ? undefined : all;
}

function latest(
  statuses: readonly ContainerStatus[],
  before: number | undefined,
): number | undefined | 'running' {
  let last = before;
  for (const { state } of statuses) {
    const ms = timeMs(state?.terminated?.finishedAt);
    if (ms === undefined) return 'running';
    if (last === undefined || last < ms) last = ms;
  }
  return last;
}
