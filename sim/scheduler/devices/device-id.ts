/** Names a device across all drivers and pools. */
export type DeviceId = string;

/** The name: driver, pool and device. */
export function deviceId(driver: string, pool: string, device: string): DeviceId {
  return `${driver}/${pool}/${device}`;
}
