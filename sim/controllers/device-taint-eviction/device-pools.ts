/** The devices that drivers offer, pool by pool, and their taints that evict. */
import type {
  DeviceRequestAllocationResult,
  DeviceTaint,
  ResourceSlice,
} from '../../api/kinds/resource.js';

/** A taint that evicts, and where it stands. */
export interface EvictingTaint {
  readonly device: string;
  readonly index: number;
  readonly taint: DeviceTaint;
}

/** A pool of a driver. */
export type PoolKey = Readonly<Pick<DeviceRequestAllocationResult, 'driver' | 'pool'>>;

const none: readonly EvictingTaint[] = [];

/** The slices of all pools; of a pool only those of its newest generation count. */
export class DevicePools {
  private readonly pools = new Map<string, Map<string, ResourceSlice>>();

  /** Takes a slice in or out; returns the pool and its devices whose evicting taints are others now. */
  replace(
    old: ResourceSlice | undefined,
    slice: ResourceSlice | undefined,
  ): { readonly pool: PoolKey; readonly changed: ReadonlySet<string> } | undefined {
    const given = slice ?? old;
    if (given === undefined) return undefined;
    const { driver, pool } = given.spec;
    const key = { driver, pool: pool.name };
    const before = this.evicting(key);
    const slices = this.pools.get(textOf(key)) ?? new Map<string, ResourceSlice>();
    if (old !== undefined) slices.delete(old.metadata.name ?? '');
    if (slice !== undefined) slices.set(slice.metadata.name ?? '', slice);
    if (slices.size === 0) this.pools.delete(textOf(key));
    else this.pools.set(textOf(key), slices);
    return { pool: key, changed: changedDevices(before, this.evicting(key)) };
  }

  /** The taints of one device that evict. */
  evictingOf({ driver, pool, device }: DeviceRequestAllocationResult): readonly EvictingTaint[] {
    if (this.pools.size === 0) return none;
    return this.evicting({ driver, pool }).filter(one => one.device === device);
  }

  private evicting(key: PoolKey): readonly EvictingTaint[] {
    const slices = this.pools.get(textOf(key));
    if (slices === undefined) return none;
    let newest = -Infinity;
    for (const { spec } of slices.values()) newest = Math.max(newest, spec.pool.generation);
    const found: EvictingTaint[] = [];
    for (const { spec } of slices.values()) {
      if (spec.pool.generation !== newest) continue;
      for (const { name, taints = [] } of spec.devices ?? []) {
        for (const [index, taint] of taints.entries()) {
          if (taint.effect === 'NoExecute') found.push({ device: name, index, taint });
        }
      }
    }
    return found;
  }
}

function textOf({ driver, pool }: PoolKey): string {
  return `${driver}\0${pool}`;
}

function changedDevices(
  before: readonly EvictingTaint[],
  after: readonly EvictingTaint[],
): ReadonlySet<string> {
  const told = new Map<string, string>();
  for (const one of before) told.set(one.device, (told.get(one.device) ?? '') + taintText(one));
  const tells = new Map<string, string>();
  for (const one of after) tells.set(one.device, (tells.get(one.device) ?? '') + taintText(one));
  const changed = new Set<string>();
  for (const [device, text] of told) if (tells.get(device) !== text) changed.add(device);
  for (const [device] of tells) if (!told.has(device)) changed.add(device);
  return changed;
}

function taintText({ index, taint }: EvictingTaint): string {
  return `${index} ${taint.key}=${taint.value ?? ''} ${taint.timeAdded ?? ''}\n`;
}
