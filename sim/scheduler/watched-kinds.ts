/** The kinds that kube-scheduler watches: what a decision of its rules can depend on. */
import { replicaSets, statefulSets } from '../api/kinds/apps.js';
import {
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  replicationControllers,
  services,
} from '../api/kinds/core.js';
import { podDisruptionBudgets } from '../api/kinds/policy.js';
import { deviceClasses, resourceClaims, resourceSlices } from '../api/kinds/resource.js';
import {
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  storageClasses,
  volumeAttachments,
} from '../api/kinds/storage.js';
import type { HasMetadata, Kind } from '../api/object.js';

/** Those without which nothing can be said. */
export const neededKinds: readonly Kind<HasMetadata>[] = [nodes, pods];

/** All of them, those that are needed first; pod groups, which are behind a gate, are not among them. */
export const watchedKinds: readonly Kind<HasMetadata>[] = [
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
];
