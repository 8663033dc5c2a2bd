/** What changes in the cluster mean for the scheduler's memory. @upstream pkg/scheduler/eventhandlers.go */
import type { Node, Pod } from '../api/kinds/core.js';
import type { ResourceClaim } from '../api/kinds/resource.js';
import type { HasMetadata } from '../api/object.js';
import type { Change } from '../client/contract.js';
import type { Binding } from './binding.js';
import { pendingClaims } from './devices/pending-claims.js';
import { status } from './framework.js';
import { PodInfo } from './pod-info.js';
import { nodeUpdateEvents, podUpdateEvents } from './queue/changes.js';
import { action, anyUpdate, type ClusterEvent, type EventResource } from './queue/cluster-event.js';
import type { Scheduler } from './scheduler.js';

const assignedAdd: ClusterEvent = { resource: 'AssignedPod', actions: action.add };
const waitingAdd: ClusterEvent = { resource: 'UnschedulablePod', actions: action.add };
const assignedDelete: ClusterEvent = { resource: 'AssignedPod', actions: action.delete };

/** A node came, changed or went. */
export function onNode({ nodes, queue }: Scheduler, change: Change<Node>): void {
  const { type, object } = change;
  switch (type) {
    case 'added':
      nodes.setNode(object);
      queue.move({ resource: 'Node', actions: action.add }, { object });
      break;
    case 'updated':
      nodes.setNode(object);
      for (const event of nodeUpdateEvents(change.old, object)) {
        queue.move(event, { old: change.old, object });
      }
      break;
    case 'deleted':
      queue.move({ resource: 'Node', actions: action.delete }, { old: object });
      nodes.removeNode(object.metadata.name ?? '');
      break;
  }
}

/** A pod that has not ended came, changed, ended or went. */
export function onPod(scheduler: Scheduler, change: Change<Pod>): void {
  const { type, object } = change;
  switch (type) {
    case 'added':
      if (isAssigned(object)) addAssigned(scheduler, object);
      else if (scheduler.isResponsible(object)) addWaiting(scheduler, object);
      break;
    case 'updated':
      onUpdatedPod(scheduler, change.old, object);
      break;
    case 'deleted':
      if (isAssigned(object)) freePlace(scheduler, object);
      else if (scheduler.isResponsible(object)) deleteWaiting(scheduler, object);
      break;
  }
}

/** A claim of devices came, changed or went. */
export function onClaim(scheduler: Scheduler, change: Change<ResourceClaim>): void {
  pendingClaims(scheduler.objects).seen(change.object);
  onOther(scheduler, 'ResourceClaim', change);
}

/** Any other object: plug-ins may have waited for it. */
export function onOther(
  { queue }: Scheduler,
  resource: EventResource,
  change: Change<HasMetadata>,
): void {
  const { type, object } = change;
  if (type === 'added') queue.move({ resource, actions: action.add }, { object });
  else if (type === 'updated') {
    queue.move({ resource, actions: anyUpdate }, { old: change.old, object });
  } else queue.move({ resource, actions: action.delete }, { old: object });
}

function isAssigned({ spec }: Pod): boolean {
  return (spec?.nodeName ?? '') !== '';
}

function onUpdatedPod(scheduler: Scheduler, old: Pod, pod: Pod): void {
  if (old.metadata.uid !== pod.metadata.uid) {
    onPod(scheduler, { type: 'deleted', object: old });
    onPod(scheduler, { type: 'added', object: pod });
  } else if (isAssigned(old)) updateAssigned(scheduler, old, pod);
  else if (isAssigned(pod)) {
    addAssigned(scheduler, pod);
    if (scheduler.isResponsible(old)) scheduler.queue.delete(old);
  } else if (scheduler.isResponsible(old)) updateWaiting(scheduler, old, pod);
}

/** @upstream addPodToSchedulingQueue */
function addWaiting({ podGroups, queue, settings }: Scheduler, pod: Pod): void {
  podGroups.set(new PodInfo(pod));
  queue.add(pod);
  if (settings.featureGates['GangScheduling'] === true) queue.move(waitingAdd, { object: pod });
}

function addAssigned({ assumed, nodes, podGroups, queue }: Scheduler, pod: Pod): void {
  const info = nodes.pod(pod.metadata.uid ?? '')?.renewed(pod) ?? new PodInfo(pod);
  podGroups.set(info);
  assumed.delete(info.uid);
  nodes.addPod(info, pod.spec?.nodeName ?? '');
  queue.move(assignedAdd, { object: pod });
}

function updateAssigned({ nodes, podGroups, queue }: Scheduler, old: Pod, pod: Pod): void {
  const info = nodes.pod(pod.metadata.uid ?? '')?.renewed(pod) ?? new PodInfo(pod);
  nodes.addPod(info, pod.spec?.nodeName ?? '');
  podGroups.set(info);
  for (const event of podUpdateEvents(old, pod)) queue.move(event, { old, object: pod });
}

/** A pod that is bound, or being bound, goes away: its place is free at once. */
function freePlace({ assumed, nodes, podGroups, queue }: Scheduler, pod: Pod): void {
  const uid = pod.metadata.uid ?? '';
  assumed.delete(uid);
  nodes.removePod(uid);
  podGroups.delete(new PodInfo(pod));
  queue.move(assignedDelete, { old: pod });
}

/** @upstream updatePodInSchedulingQueue */
function updateWaiting(scheduler: Scheduler, old: Pod, pod: Pod): void {
  if (old.metadata.resourceVersion === pod.metadata.resourceVersion) return;
  scheduler.podGroups.set(new PodInfo(pod));
  const binding = scheduler.assumed.get(pod.metadata.uid ?? '');
  if (binding !== undefined) {
    const { deletionTimestamp } = pod.metadata;
    const isGoing = deletionTimestamp !== undefined && old.metadata.deletionTimestamp === undefined;
    if (isGoing) dropAssumed(scheduler, binding);
    return;
  }
  scheduler.queue.update(old, pod);
  const before = old.status?.nominatedNodeName ?? '';
  if (before !== '' && before !== (pod.status?.nominatedNodeName ?? '')) wakeWeaker(scheduler, old);
}

/** @upstream deletePodFromSchedulingQueue */
function deleteWaiting(scheduler: Scheduler, pod: Pod): void {
  scheduler.queue.delete(pod);
  scheduler.podGroups.delete(new PodInfo(pod));
  const binding = scheduler.assumed.get(pod.metadata.uid ?? '');
  if (binding !== undefined) dropAssumed(scheduler, binding);
  else if ((pod.status?.nominatedNodeName ?? '') !== '') wakeWeaker(scheduler, pod);
}

/** A pod goes away that is being bound. @upstream handleAssumedPodDeletion */
function dropAssumed({ assumed, nodes, podGroups, queue }: Scheduler, binding: Binding): void {
  const { pod, waiting } = binding;
  if (waiting?.stop(status('Unschedulable', '', 'removed')) !== true) {
    assumed.delete(pod.uid);
    nodes.removePod(pod.uid);
    podGroups.forget(pod);
  }
  queue.move(assignedDelete, { old: pod.pod });
}

/** A nomination is over: pods that are not more important may take the place. */
function wakeWeaker({ queue }: Scheduler, pod: Pod): void {
  const { priority } = new PodInfo(pod);
  queue.move(assignedDelete, { old: pod }, other => other.priority <= priority);
}
