/** What tolerates a taint of a device. @upstream dynamic-resource-allocation/resourceclaim/devicetoleration.go */
import type { DeviceTaint, DeviceToleration } from './kinds/resource.js';

/** Whether the toleration fits the taint. */
export function toleratesDeviceTaint(toleration: DeviceToleration, taint: DeviceTaint): boolean {
  const { effect = '', key = '', operator = '', value = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (operator === '' || operator === 'Equal') && value === (taint.value ?? '');
}
