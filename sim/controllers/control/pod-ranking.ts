/** Which of a set's pods are deleted first. @upstream pkg/controller/controller_utils.go ActivePods, ActivePodsWithRanks */
import type { Pod } from '../../api/kinds/core.js';
import { timeMs } from '../../api/time.js';
import { isActive, isReady, isSidecar, readySinceMs } from './pod-state.js';

const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';
const phaseOrder: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

interface Ranked {
  readonly pod: Pod;
  readonly isAssigned: boolean;
  readonly phase: number;
  readonly isReady: boolean;
  readonly cost: number;
  readonly rank: number;
  readonly readyMs: number | undefined;
  readonly restarts: number;
  readonly sidecarRestarts: number;
  readonly createdMs: number | undefined;
}

/**
 * The pods of a replica set, those first that are to be deleted first. `related` are the pods of all
 * sets with the same owner: the more of them a node holds, the sooner its pods go.
 */
export function rankForDeletion(
  pods: readonly Pod[],
  related: readonly Pod[],
  nowMs: number,
): Pod[] {
  const podsOnNode = new Map<string, number>();
  for (const pod of related) {
    const node = pod.spec?.nodeName ?? '';
    if (isActive(pod)) podsOnNode.set(node, (podsOnNode.get(node) ?? 0) + 1);
  }
  const rankOf = (pod: Pod) => podsOnNode.get(pod.spec?.nodeName ?? '') ?? 0;
  return pods
    .map(pod => ranked(pod, { rank: rankOf(pod), cost: costOf(pod) }))
    .sort((a, b) => compare(a, b, nowMs))
    .map(entry => entry.pod);
}

/** The order without ranks, costs and scaled ages: what the job controller sorts by. */
export function sortForRemoval(pods: readonly Pod[]): Pod[] {
  return pods
    .map(pod => ranked(pod, { rank: 0, cost: 0 }))
    .sort((a, b) => compare(a, b, undefined))
    .map(entry => entry.pod);
}

function ranked(pod: Pod, { rank, cost }: { rank: number; cost: number }): Ranked {
  const restarts = (names: ReadonlySet<string> | undefined) => {
    const statuses =
      names === undefined ? pod.status?.containerStatuses : pod.status?.initContainerStatuses;
    const counted = (statuses ?? []).filter(status => names?.has(status.name) ?? true);
    return counted.reduce((most, status) => Math.max(most, status.restartCount), 0);
  };
  const sidecars = (pod.spec?.initContainers ?? []).filter(isSidecar).map(({ name }) => name);
  return {
    pod,
    isAssigned: (pod.spec?.nodeName ?? '') !== '',
    phase: phaseOrder[pod.status?.phase ?? ''] ?? 0,
    isReady: isReady(pod),
    cost,
    rank,
    readyMs: readySinceMs(pod),
    restarts: restarts(undefined),
    sidecarRestarts: restarts(new Set(sidecars)),
    createdMs: timeMs(pod.metadata.creationTimestamp),
  };
}

function compare(a: Ranked, b: Ranked, nowMs: number | undefined): number {
  if (a.isAssigned !== b.isAssigned) return a.isAssigned ? 1 : -1;
  if (a.phase !== b.phase) return a.phase - b.phase;
  if (a.isReady !== b.isReady) return a.isReady ? 1 : -1;
  if (a.cost !== b.cost) return a.cost - b.cost;
  if (a.rank !== b.rank) return b.rank - a.rank;
  if (a.isReady && a.readyMs !== b.readyMs) return compareTimes(a, b, 'readyMs', nowMs);
  if (a.restarts !== b.restarts) return b.restarts - a.restarts;
  if (a.sidecarRestarts !== b.sidecarRestarts) return b.sidecarRestarts - a.sidecarRestarts;
  if (a.createdMs !== b.createdMs) return compareTimes(a, b, 'createdMs', nowMs);
  return 0;
}

/** Later times first; with a `nowMs`, ages of one power of two (in nanoseconds) are equal and the uid decides. */
function compareTimes(
  a: Ranked,
  b: Ranked,
  field: 'readyMs' | 'createdMs',
  nowMs: number | undefined,
): number {
  const [left, right] = [a[field], b[field]];
  if (left === undefined) return -1;
  if (right === undefined) return 1;
  if (nowMs === undefined) return right - left;
  const difference = ageRank(nowMs - left) - ageRank(nowMs - right);
  if (difference !== 0) return difference;
  return (a.pod.metadata.uid ?? '') < (b.pod.metadata.uid ?? '') ? -1 : 1;
}

function ageRank(ageMs: number): number {
  return ageMs > 0 ? Math.trunc(Math.log2(ageMs * 1e6)) : -1;
}

function costOf(pod: Pod): number {
  const text = pod.metadata.annotations?.[deletionCost];
  return text !== undefined && /^(0|-?[1-9][0-9]*)$/.test(text) ? Number(text) : 0;
}
