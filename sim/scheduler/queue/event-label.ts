/** What the scheduler's metrics call what happened. @upstream kube-scheduler/framework/types.go ClusterEvent.Label */
import {
  action,
  anyAction,
  anyUpdate,
  type ClusterEvent,
  type EventResource,
} from './cluster-event.js';

const prefixes: Readonly<Partial<Record<EventResource, string>>> = {
  CSINode: 'storage.k8s.io/',
  CSIDriver: 'storage.k8s.io/',
  CSIStorageCapacity: 'storage.k8s.io/',
  StorageClass: 'storage.k8s.io/',
  VolumeAttachment: 'storage.k8s.io/',
  ResourceClaim: 'resource.k8s.io/',
  ResourceSlice: 'resource.k8s.io/',
  DeviceClass: 'resource.k8s.io/',
  PodGroup: 'scheduling.k8s.io/',
};

const actions = new Map<number, string>([
  [anyUpdate, 'Update'],
  [anyAction, 'All'],
  ...Object.entries(action).map(([name, bits]): [number, string] => [
    bits,
    name.charAt(0).toUpperCase() + name.slice(1),
  ]),
]);

/** The label of an event: `AssignedPodDelete`, `NodeUpdateNodeTaint`. */
export function eventLabel({ resource, actions: bits }: ClusterEvent): string {
  return `${prefixes[resource] ?? ''}${resource}${actions.get(bits) ?? ''}`;
}
