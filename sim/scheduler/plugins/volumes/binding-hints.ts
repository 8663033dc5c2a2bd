/** Which changes may make volumes available. @upstream pkg/scheduler/framework/plugins/volumebinding/volume_binding.go */
import { deepEqual } from '../../../api/equality.js';
import type { PersistentVolumeClaim, Pod } from '../../../api/kinds/core.js';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  StorageClass,
} from '../../../api/kinds/storage.js';
import { valueOf } from '../../amount.js';
import {
  action,
  anyUpdate,
  type ClusterEventWithHint,
  type EventResource,
  type ObjectChange,
} from '../../queue/cluster-event.js';
import { claimReferences } from './claims.js';

const migratedPlugins = 'storage.alpha.kubernetes.io/migrated-plugins';

/** The events of VolumeBinding. */
export function volumeBindingEvents(): readonly ClusterEventWithHint[] {
  const addOrUpdate = action.add | anyUpdate;
  return [
    when('StorageClass', addOrUpdate, (_pod, { old, object }) => {
      const topologies = (each: unknown) => (each as StorageClass).allowedTopologies ?? [];
      return old === undefined || !deepEqual(topologies(old), topologies(object));
    }),
    when('PersistentVolumeClaim', addOrUpdate, (pod, { object }) => {
      const { namespace, name } = (object as PersistentVolumeClaim).metadata;
      if (namespace !== pod.metadata.namespace) return false;
      return claimReferences(pod).some(reference => reference.name === name);
    }),
    { event: { resource: 'PersistentVolume', actions: addOrUpdate } },
    { event: { resource: 'Node', actions: action.add | action.updateNodeLabel } },
    when('CSINode', addOrUpdate, (_pod, { old, object }) => {
      const plugins = (each: unknown) =>
        (each as CSINode).metadata.annotations?.[migratedPlugins] ?? '';
      return old === undefined || plugins(old) !== plugins(object);
    }),
    when('CSIDriver', anyUpdate, (pod, { old, object }) => {
      const isTracked = (each: unknown) => (each as CSIDriver).spec.storageCapacity === true;
      const isUsed = (pod.spec?.volumes ?? []).some(
        ({ csi }) => csi !== undefined && csi.driver === object?.metadata.name,
      );
      return isUsed && isTracked(old) && !isTracked(object);
    }),
    when('CSIStorageCapacity', addOrUpdate, (_pod, { old, object }) => {
      if (old === undefined) return true;
      const before = limitOf(old as CSIStorageCapacity);
      const after = limitOf(object as CSIStorageCapacity);
      return after !== undefined && (before === undefined || after > before);
    }),
  ];
}

function when(
  resource: EventResource,
  actions: number,
  isWorthIt: (pod: Pod, change: ObjectChange) => boolean,
): ClusterEventWithHint {
  return {
    event: { resource, actions },
    hint: (pod, change) => (isWorthIt(pod, change) ? 'Queue' : 'QueueSkip'),
  };
}

function limitOf({ maximumVolumeSize, capacity }: CSIStorageCapacity): number | undefined {
  const limit = maximumVolumeSize ?? capacity;
  return limit === undefined ? undefined : valueOf(limit);
}
