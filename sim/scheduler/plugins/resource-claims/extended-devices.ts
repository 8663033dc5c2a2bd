/** Extended resources that device classes stand behind. @upstream staging/src/k8s.io/dynamic-resource-allocation/deviceclass/extendedresourcecache */
import type { Node } from '../../../api/kinds/core.js';
import {
  deviceClasses,
  resourceSlices,
  type Device,
  type DeviceClass,
  type ResourceSliceSpec,
} from '../../../api/kinds/resource.js';
import { isAllocated } from '../../devices/allocated-devices.js';
import { deviceId } from '../../devices/device-id.js';
import { pendingClaims } from '../../devices/pending-claims.js';
import { reaches } from '../../devices/pools.js';
import { selects } from '../../devices/selectors.js';
import type { Handle } from '../../framework.js';
import type { NodeInfo } from '../../node-info.js';
import { isExtendedName } from '../../resource.js';
import type { DeviceCounter } from '../node-resources/scorer.js';

/** What the resource of a class is called that names none of its own. */
export const deviceClassPrefix = 'deviceclass.resource.kubernetes.io/';

/** The class behind a resource: the newest that claims the name, then the first by name. */
export function deviceClassFor(handle: Handle, resource: string): DeviceClass | undefined {
  if (resource.startsWith(deviceClassPrefix)) {
    return handle.objects.get(deviceClasses, '', resource.slice(deviceClassPrefix.length));
  }
  let found: DeviceClass | undefined;
  for (const each of handle.objects.list(deviceClasses)) {
    if (each.spec.extendedResourceName !== resource) continue;
    if (found === undefined || isPreferred(each, found)) found = each;
  }
  return found;
}

function isPreferred(a: DeviceClass, b: DeviceClass): boolean {
  const made = (each: DeviceClass) => each.metadata.creationTimestamp ?? '';
  if (made(a) !== made(b)) return made(a) > made(b);
  return (a.metadata.name ?? '') < (b.metadata.name ?? '');
}

/** Whether devices, not the node's own count, decide on the resource. @upstream shouldDelegateResourceToDRA */
export function isGivenByDevices(handle: Handle, resource: string, node: NodeInfo): boolean {
  if (handle.features['DRAExtendedResource'] !== true) return false;
  if ((node.allocatable.scalars.get(resource) ?? 0) > 0) return false;
  return deviceClassFor(handle, resource) !== undefined;
}

/** Counts devices for the score, when one of the resources is given by devices. @upstream calculateDRAResourceTotals */
export function deviceCounter(
  handle: Handle,
  resources: readonly string[],
): DeviceCounter | undefined {
  if (handle.features['DRAExtendedResource'] !== true) return undefined;
  const isBacked = resources.some(
    name =>
      (isExtendedName(name) || name.startsWith(deviceClassPrefix)) &&
      deviceClassFor(handle, name) !== undefined,
  );
  if (!isBacked) return undefined;
  const allocated = pendingClaims(handle.objects).allocated();
  const slices = handle.objects.list(resourceSlices);
  return ({ node }, resource) => {
    const deviceClass = deviceClassFor(handle, resource);
    if (deviceClass === undefined) return undefined;
    const count = { allocatable: 0, allocated: 0 };
    for (const { spec } of slices) {
      for (const device of devicesFor(spec, node)) {
        const isOfClass = matchesClass(deviceClass, spec.driver, device);
        if (isOfClass === undefined) return undefined;
        if (!isOfClass) continue;
        count.allocatable++;
        const id = deviceId(spec.driver, spec.pool.name, device.name);
        if (isAllocated(allocated, id)) count.allocated++;
      }
    }
    return count;
  };
}

function devicesFor(spec: ResourceSliceSpec, node: Node): readonly Device[] {
  const { devices = [], nodeName = '', allNodes, nodeSelector } = spec;
  if (spec.perDeviceNodeSelection === true) return devices.filter(each => reaches(each, node));
  const isEverywhere = allNodes !== true && nodeName === '' && nodeSelector === undefined;
  return isEverywhere || reaches(spec, node) ? devices : [];
}

/** Undefined: a selector cannot be evaluated. */
function matchesClass({ spec }: DeviceClass, driver: string, device: Device): boolean | undefined {
  for (const { cel } of spec.selectors ?? []) {
    if (cel === undefined) continue;
    const answer = selects(cel.expression, driver, device);
    if (typeof answer !== 'boolean') return undefined;
    if (!answer) return false;
  }
  return true;
}
