/** Extended resources that device classes stand behind. @upstream staging/src/k8s.io/dynamic-resource-allocation/deviceclass/extendedresourcecache */
import { deviceClasses, type DeviceClass } from '../../api/kinds/resource.js';
import type { Handle } from '../framework.js';
import type { NodeInfo } from '../node-info.js';
import { isExtendedName } from '../resource.js';
import type { DeviceCounter } from './resource-scorer.js';

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

/** Counts devices for the score, when one of the resources is given by devices. */
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
  return isBacked ? undefined : undefined;
}
