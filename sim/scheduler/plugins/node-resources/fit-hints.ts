/** Which changes may make room for a pod that did not fit. @upstream pkg/scheduler/framework/plugins/noderesources/fit.go */
import type { Node, Pod } from '../../../api/kinds/core.js';
import type { DeviceClass } from '../../../api/kinds/resource.js';
import type { Handle } from '../../framework.js';
import { NodeInfo } from '../../node-info.js';
import { podRequests } from '../../pod-requests.js';
import {
  action,
  anyUpdate,
  type ClusterEventWithHint,
  type QueueingHint,
} from '../../queue/cluster-event.js';
import { isScalarName, Resource } from '../../resource.js';
import { deviceClassPrefix, isGivenByDevices } from '../resource-claims/extended-devices.js';
import { shortagesOf } from '../node-resources-fit.js';
import { isNowhere, isSamePod } from '../../queue/pod-change.js';

/** The events of NodeResourcesFit. */
export function fitEvents(handle: Handle): readonly ClusterEventWithHint[] {
  return [
    {
      event: { resource: 'Pod', actions: action.delete | action.updatePodScaleDown },
      hint: (pod, { old, object }) =>
        answer(
          object === undefined
            ? !isNowhere(old as Pod)
            : afterScaleDown(pod, old as Pod, object as Pod),
        ),
    },
    {
      event: { resource: 'Node', actions: action.add | action.updateNodeAllocatable },
      hint: (pod, { old, object }) =>
        answer(afterNodeChange(handle, pod, old as Node | undefined, object as Node)),
    },
    {
      event: { resource: 'DeviceClass', actions: action.add | anyUpdate },
      hint: (pod, { old, object }) =>
        answer(afterClassChange(pod, old as DeviceClass | undefined, object as DeviceClass)),
    },
  ];
}

function answer(isWorthIt: boolean): QueueingHint {
  return isWorthIt ? 'Queue' : 'QueueSkip';
}

function afterScaleDown(pod: Pod, old: Pod, changed: Pod): boolean {
  if (isSamePod(pod, changed)) return true;
  if ((changed.spec?.nodeName ?? '') === '') return false;
  const options = { usesStatus: true };
  const before = Resource.of(podRequests(old, options));
  const after = Resource.of(podRequests(changed, options));
  for (const [name, amount] of podRequests(pod, options)) {
    if (amount !== 0 && amountOf(before, name) > amountOf(after, name)) return true;
  }
  return false;
}

function amountOf(resource: Resource, name: string): number {
  switch (name) {
    case 'cpu':
      return resource.milliCPU;
    case 'memory':
      return resource.memory;
    case 'ephemeral-storage':
      return resource.ephemeralStorage;
    default:
      return isScalarName(name) ? (resource.scalars.get(name) ?? 0) : 0;
  }
}

function afterNodeChange(handle: Handle, pod: Pod, old: Node | undefined, changed: Node): boolean {
  const request = Resource.of(podRequests(pod));
  const node = new NodeInfo(changed);
  const isExempt = (resource: string, on: NodeInfo) => isGivenByDevices(handle, resource, on);
  if (shortagesOf(request, node, isExempt) !== undefined) return false;
  return old === undefined || hasMore(request, new NodeInfo(old), node, isExempt);
}

/** @upstream haveAnyRequestedResourcesIncreased */
function hasMore(
  request: Resource,
  old: NodeInfo,
  node: NodeInfo,
  isExempt: (resource: string, on: NodeInfo) => boolean,
): boolean {
  const before = old.allocatable;
  const after = node.allocatable;
  if (after.allowedPods > before.allowedPods) return true;
  if (request.milliCPU > 0 && after.milliCPU > before.milliCPU) return true;
  if (request.memory > 0 && after.memory > before.memory) return true;
  if (request.ephemeralStorage > 0 && after.ephemeralStorage > before.ephemeralStorage) return true;
  for (const [name, amount] of request.scalars) {
    if (amount === 0) continue;
    if ((after.scalars.get(name) ?? 0) > (before.scalars.get(name) ?? 0)) return true;
    if (isExempt(name, node)) return true;
  }
  return false;
}

function afterClassChange(pod: Pod, old: DeviceClass | undefined, changed: DeviceClass): boolean {
  const { extendedResourceName } = changed.spec;
  const requests = podRequests(pod);
  if (old === undefined) {
    if (requests.has(`${deviceClassPrefix}${changed.metadata.name ?? ''}`)) return true;
  } else if ((old.spec.extendedResourceName ?? '') === (extendedResourceName ?? '')) {
    return false;
  }
  return extendedResourceName !== undefined && requests.has(extendedResourceName);
}
