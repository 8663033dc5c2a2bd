/** The kinds that kube-scheduler watches: what a decision can depend on. */
import { replicaSets, statefulSets } from '../../sim/api/kinds/apps.js';
import {
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  replicationControllers,
  services,
} from '../../sim/api/kinds/core.js';
import { podDisruptionBudgets } from '../../sim/api/kinds/policy.js';
import { deviceClasses, resourceClaims, resourceSlices } from '../../sim/api/kinds/resource.js';
import { podGroups } from '../../sim/api/kinds/scheduling-v1alpha2.js';
import {
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  storageClasses,
  volumeAttachments,
} from '../../sim/api/kinds/storage.js';
import type { HasMetadata, Kind } from '../../sim/api/object.js';

/** Without these nothing can be said. */
export const neededKinds: readonly Kind<HasMetadata>[] = [nodes, pods];

/** All of them, those that are needed first. */
export const schedulerKinds: readonly Kind<HasMetadata>[] = [
  ...neededKinds,
  namespaces,
  persistentVolumeClaims,
  persistentVolumes,
  replicationControllers,
  services,
  replicaSets,
  statefulSets,
  podDisruptionBudgets,
  deviceClasses,
  resourceClaims,
  resourceSlices,
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  storageClasses,
  volumeAttachments,
  podGroups,
];
