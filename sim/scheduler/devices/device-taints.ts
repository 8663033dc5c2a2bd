/** Taints of devices. @upstream dynamic-resource-allocation/resourceclaim/devicetoleration.go */
import type { Device, DeviceTaint, DeviceToleration } from '../../api/kinds/resource.js';

/** Whether a taint of the device keeps away who tolerates only this. */
export function isKeptAway(device: Device, tolerations: readonly DeviceToleration[]): boolean {
  return (device.taints ?? []).some(
    taint =>
      (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') &&
      !tolerations.some(toleration => tolerates(toleration, taint)),
  );
}

function tolerates(toleration: DeviceToleration, taint: DeviceTaint): boolean {
  const { effect = '', key = '', operator = '', value = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (operator === '' || operator === 'Equal') && value === (taint.value ?? '');
}
