/** The devices that claims hold. @upstream pkg/scheduler/framework/plugins/dynamicresources/allocateddevices.go */
import type { ResourceClaim } from '../../api/kinds/resource.js';
import { quantity } from '../../api/quantity.js';
import { Consumption } from './consumption.js';
import { deviceId, type DeviceId } from './device-id.js';

/** What is allocated. */
export interface AllocatedDevices {
  /** Devices that one claim has for itself. */
  readonly dedicated: ReadonlySet<DeviceId>;
  /** Devices that claims have a share of. */
  readonly shared: ReadonlySet<DeviceId>;
  readonly taken: Consumption;
}

/** What the claims hold; access of administrators takes nothing. */
export function allocatedDevices(claims: Iterable<ResourceClaim>): AllocatedDevices {
  const dedicated = new Set<DeviceId>();
  const shared = new Set<DeviceId>();
  const taken = new Consumption();
  for (const { status } of claims) {
    for (const result of status?.allocation?.devices?.results ?? []) {
      if (result.adminAccess === true) continue;
      const id = deviceId(result.driver, result.pool, result.device);
      if (result.shareID === undefined) dedicated.add(id);
      else {
        shared.add(id);
        const amounts = Object.entries(result.consumedCapacity ?? {});
        if (amounts.length > 0) {
          taken.add(id, new Map(amounts.map(([name, text]) => [name, quantity(text)])));
        }
      }
    }
  }
  return { dedicated, shared, taken };
}

/** Whether a claim holds the device or a share of it. @upstream IsDeviceAllocated */
export function isAllocated({ dedicated, shared }: AllocatedDevices, id: DeviceId): boolean {
  return dedicated.has(id) || shared.has(id);
}
