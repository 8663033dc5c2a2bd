/** The taints that Cluster Autoscaler sets, and those that a new node would not have. @upstream utils/taints */
import type { Node, Taint } from '../api/kinds/core.js';

/** Marks a node that is about to be deleted; its value is when that began, in seconds. */
export const toBeDeletedTaint = 'ToBeDeletedByClusterAutoscaler';
/** Marks a node that nobody needs, softly. */
export const deletionCandidateTaint = 'DeletionCandidateOfClusterAutoscaler';

const passingTaints: ReadonlySet<string> = new Set([
  toBeDeletedTaint,
  deletionCandidateTaint,
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/unreachable',
  'node.kubernetes.io/unschedulable',
  'node.kubernetes.io/memory-pressure',
  'node.kubernetes.io/disk-pressure',
  'node.kubernetes.io/network-unavailable',
  'node.kubernetes.io/pid-pressure',
  'node.cloudprovider.kubernetes.io/uninitialized',
  'node.cloudprovider.kubernetes.io/shutdown',
  'cloud.google.com/impending-node-termination',
  'NodeWithImpairedVolumes',
]);

const passingPrefixes: readonly string[] = [
  'ignore-taint.cluster-autoscaler.kubernetes.io/',
  'startup-taint.cluster-autoscaler.kubernetes.io/',
  'status-taint.cluster-autoscaler.kubernetes.io/',
];

const deletionMaxMs = 300_000;

/** The taints that are of the node's kind and not of its state. */
export function lastingTaints(taints: readonly Taint[] = []): readonly Taint[] {
  return taints.filter(
    ({ key }) => !passingTaints.has(key) && !passingPrefixes.some(prefix => key.startsWith(prefix)),
  );
}

/** Whether the node was marked for deletion, however long ago. */
export function isToBeDeleted({ spec }: Node): boolean {
  return (spec?.taints ?? []).some(({ key }) => key === toBeDeletedTaint);
}

/** Whether the node was marked so lately that its deletion may still go on. */
export function isBeingDeleted({ spec }: Node, nowMs: number): boolean {
  const taint = spec?.taints?.find(({ key }) => key === toBeDeletedTaint);
  const seconds = /^\d+$/.test(taint?.value ?? '') ? Number(taint?.value) : undefined;
  return seconds !== undefined && nowMs - seconds * 1000 < deletionMaxMs;
}
