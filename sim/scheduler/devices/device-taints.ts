/** Taints of devices. @upstream dynamic-resource-allocation/resourceclaim/devicetoleration.go */
import { toleratesDeviceTaint } from '../../api/device-toleration.js';
import type { Device, DeviceToleration } from '../../api/kinds/resource.js';

/** Whether a taint of the device keeps away who tolerates only this. */
export function isKeptAway(device: Device, tolerations: readonly DeviceToleration[]): boolean {
  return (device.taints ?? []).some(
    taint =>
      (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') &&
      !tolerations.some(toleration => toleratesDeviceTaint(toleration, taint)),
  );
}
