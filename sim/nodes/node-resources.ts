/** What a Node can give, with what others advertise on it. @upstream pkg/kubelet/nodestatus/setters.go MachineInfo */
import { deepEqual } from '../api/equality.js';
import type { NodeStatus } from '../api/kinds/core.js';

/** Capacity and what is allocatable of it. */
export interface NodeResources {
  readonly capacity: Record<string, string>;
  readonly allocatable: Record<string, string>;
}

/**
 * The kubelet's own, over what others have written: all of a foreign capacity is allocatable, and an extended
 * resource that is in no capacity is not.
 */
export function withForeign(old: NodeStatus, own: NodeResources): NodeResources {
  const capacity: Record<string, string> = {};
  const allocatable: Record<string, string> = {};
  for (const [name, amount] of Object.entries(old.allocatable ?? {})) {
    if (!(name in own.capacity) && !isExtended(name)) allocatable[name] = amount;
  }
  for (const [name, amount] of Object.entries(old.capacity ?? {})) {
    if (name in own.capacity) continue;
    capacity[name] = amount;
    allocatable[name] = amount;
  }
  return {
    capacity: Object.assign(capacity, own.capacity),
    allocatable: Object.assign(allocatable, own.allocatable),
  };
}

/** Whether two statuses give the same. */
export function areResourcesKept(one: NodeStatus, other: NodeStatus): boolean {
  return deepEqual(one.capacity, other.capacity) && deepEqual(one.allocatable, other.allocatable);
}

/** @upstream pkg/apis/core/v1/helper/helpers.go IsExtendedResourceName */
function isExtended(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
}
