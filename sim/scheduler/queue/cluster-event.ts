/**
 * What can happen in the cluster that may make a pod schedulable.
 * @upstream staging/src/k8s.io/kube-scheduler/framework/types.go ClusterEvent
 */
import type { Pod } from '../../api/kinds/core.js';
import type { HasMetadata } from '../../api/object.js';

/** What kind of object changed. The last two are told apart for pods, and match `Pod` as well. */
export type EventResource =
  | '*'
  | 'Pod'
  | 'Node'
  | 'PersistentVolume'
  | 'PersistentVolumeClaim'
  | 'CSINode'
  | 'CSIDriver'
  | 'CSIStorageCapacity'
  | 'StorageClass'
  | 'VolumeAttachment'
  | 'ResourceClaim'
  | 'ResourceSlice'
  | 'DeviceClass'
  | 'PodGroup'
  | 'AssignedPod'
  | 'UnschedulablePod'
  | CustomResource;

/** A kind out of the tree: `podgroups.v1alpha1.scheduling.x-k8s.io`. */
export type CustomResource = `${string}.${string}.${string}`;

/** How it changed, as bits. @upstream ActionType */
export const action = {
  add: 1 << 0,
  delete: 1 << 1,
  updateNodeAllocatable: 1 << 2,
  updateNodeLabel: 1 << 3,
  updateNodeTaint: 1 << 4,
  updateNodeCondition: 1 << 5,
  updateNodeAnnotation: 1 << 6,
  updateNodeDeclaredFeature: 1 << 7,
  updatePodLabel: 1 << 8,
  updatePodScaleDown: 1 << 9,
  updatePodToleration: 1 << 10,
  updatePodSchedulingGatesEliminated: 1 << 11,
  updatePodGeneratedResourceClaim: 1 << 12,
} as const;

/** Any update. */
export const anyUpdate =
  action.updateNodeAllocatable |
  action.updateNodeLabel |
  action.updateNodeTaint |
  action.updateNodeCondition |
  action.updateNodeAnnotation |
  action.updateNodeDeclaredFeature |
  action.updatePodLabel |
  action.updatePodScaleDown |
  action.updatePodToleration |
  action.updatePodSchedulingGatesEliminated |
  action.updatePodGeneratedResourceClaim;

/** Anything at all. */
export const anyAction = action.add | action.delete | anyUpdate;

/** A change of the cluster, or a set of them that a plug-in waits for. */
export interface ClusterEvent {
  readonly resource: EventResource;
  readonly actions: number;
}

/** Whether a change is worth another attempt. */
export type QueueingHint = 'Queue' | 'QueueSkip';

/** The object before and after. */
export interface ObjectChange {
  readonly old?: HasMetadata | undefined;
  readonly object?: HasMetadata | undefined;
}

/** Says whether the change may make the pod schedulable. */
export type QueueingHintFunction = (pod: Pod, change: ObjectChange) => QueueingHint;

/** What a plug-in waits for; without a function every such change is worth another attempt. */
export interface ClusterEventWithHint {
  readonly event: ClusterEvent;
  readonly hint?: QueueingHintFunction;
}

/** Something that makes every waiting pod worth another attempt. */
export const wildcard: ClusterEvent = { resource: '*', actions: anyAction };

/** Whether the event is the wildcard. */
export function isWildcard({ resource, actions }: ClusterEvent): boolean {
  return resource === '*' && actions === anyAction;
}

/** Whether what happened is what was waited for, or a part of it. @upstream MatchClusterEvents */
export function matchesEvent(awaited: ClusterEvent, happened: ClusterEvent): boolean {
  if (isWildcard(awaited)) return true;
  const { resource, actions } = happened;
  const isAwaited =
    awaited.resource === '*' ||
    awaited.resource === resource ||
    (awaited.resource === 'Pod' && (resource === 'AssignedPod' || resource === 'UnschedulablePod'));
  return isAwaited && (awaited.actions & actions) !== 0 && actions <= awaited.actions;
}
