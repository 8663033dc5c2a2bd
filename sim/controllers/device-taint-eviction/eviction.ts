/** When who uses tainted devices has to go. @upstream pkg/controller/devicetainteviction/device_taint_eviction.go */
import { toleratesDeviceTaint } from '../../api/device-toleration.js';
import type { DeviceRequestAllocationResult, ResourceClaim } from '../../api/kinds/resource.js';
import { timeMs } from '../../api/time.js';
import type { DevicePools, EvictingTaint } from './device-pools.js';

/** The time from which on its pods are deleted, and because of which taints. */
export interface Eviction {
  readonly atMs: number;
  readonly reasons: readonly string[];
}

/** Of an allocated claim: the earliest time of all taints that it does not tolerate for ever. */
export function claimEviction(claim: ResourceClaim, pools: DevicePools): Eviction | undefined {
  let atMs: number | undefined;
  const reasons = new Set<string>();
  for (const device of claim.status?.allocation?.devices?.results ?? []) {
    for (const taint of pools.evictingOf(device)) {
      const dueMs = dueOf(taint, device);
      if (dueMs === 'never') continue;
      reasons.add(`${device.driver}/${device.pool}/${device.device} ${taint.index}`);
      if (dueMs !== undefined) atMs = Math.min(atMs ?? dueMs, dueMs);
    }
  }
  return atMs === undefined ? undefined : { atMs, reasons: [...reasons].sort() };
}

/** The shortest of the tolerations counts, but one without an end is enough. */
function dueOf(
  { taint }: EvictingTaint,
  { tolerations = [] }: DeviceRequestAllocationResult,
): number | 'never' | undefined {
  const addedMs = timeMs(taint.timeAdded);
  let seconds: number | undefined;
  for (const toleration of tolerations) {
    if (toleration.effect !== 'NoExecute' || !toleratesDeviceTaint(toleration, taint)) continue;
    const { tolerationSeconds } = toleration;
    if (tolerationSeconds === undefined) return 'never';
    seconds = Math.min(seconds ?? Infinity, Math.max(0, tolerationSeconds));
  }
  return addedMs === undefined ? undefined : addedMs + (seconds ?? 0) * 1000;
}

/** The earlier of two, for the reasons of both. */
export function joined(one: Eviction | undefined, other: Eviction): Eviction {
  if (one === undefined) return other;
  const reasons = [...new Set([...one.reasons, ...other.reasons])].sort();
  return { atMs: Math.min(one.atMs, other.atMs), reasons };
}

/** Whether nothing is new: upstream looks again where there is none, before and after. */
export function isSameEviction(one: Eviction | undefined, other: Eviction | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.atMs === other.atMs && one.reasons.join() === other.reasons.join();
}
