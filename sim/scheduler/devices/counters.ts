/** Counters that the devices of a pool share. @upstream allocator_incubating.go checkAvailableCounters */
import type { Device } from '../../api/kinds/resource.js';
import { quantity, zero, type Quantity } from '../../api/quantity.js';
import { isAllocated, type AllocatedDevices } from './allocated-devices.js';
import { deviceId } from './device-id.js';
import type { Pool } from './pools.js';

/** Amounts by `set/counter`. */
type Amounts = Map<string, Quantity>;

/**
 * What is left of the counters beside allocated devices. Upstream knows a pool here by its name
 * alone, so drivers whose pools have the same name share the figures of the first that was asked for.
 */
export class AvailableCounters {
  private readonly byPool = new Map<string, Amounts>();

  constructor(private readonly allocated: AllocatedDevices) {}

  of(pool: Pool): ReadonlyMap<string, Quantity> {
    const known = this.byPool.get(pool.name) ?? this.counted(pool);
    this.byPool.set(pool.name, known);
    return known;
  }

  private counted(pool: Pool): Amounts {
    const left: Amounts = new Map();
    for (const set of pool.counterSets) {
      for (const [name, { value }] of Object.entries(set.counters)) {
        left.set(`${set.name}/${name}`, quantity(value));
      }
    }
    for (const { spec } of [...pool.slices, ...pool.otherSlices]) {
      for (const device of spec.devices ?? []) {
        if (!isAllocated(this.allocated, deviceId(spec.driver, spec.pool.name, device.name))) {
          continue;
        }
        for (const [counter, amount] of countersOf(device)) {
          const known = left.get(counter);
          if (known !== undefined) left.set(counter, known.sub(amount));
        }
      }
    }
    return left;
  }
}

/** What the devices that are being tried take from the counters. */
export class ConsumedCounters {
  private readonly byPool = new Map<string, Amounts>();

  constructor(private readonly available: AvailableCounters) {}

  /** Takes the device's share; false, and nothing taken, when there is not enough. */
  take(pool: Pool, device: Device): boolean {
    const left = this.available.of(pool);
    const consumed: Amounts = this.byPool.get(pool.name) ?? new Map<string, Quantity>();
    this.byPool.set(pool.name, consumed);
    for (const [counter, amount] of countersOf(device)) {
      consumed.set(counter, consumed.get(counter)?.add(amount) ?? amount);
    }
    for (const [counter, amount] of left) {
      if (amount.compare(consumed.get(counter) ?? zero) >= 0) continue;
      this.giveBack(pool, device);
      return false;
    }
    return true;
  }

  giveBack(pool: Pool, device: Device): void {
    const consumed = this.byPool.get(pool.name);
    if (consumed === undefined) return;
    for (const [counter, amount] of countersOf(device)) {
      consumed.set(counter, (consumed.get(counter) ?? zero).sub(amount));
    }
  }
}

function countersOf({ consumesCounters = [] }: Device): readonly (readonly [string, Quantity])[] {
  return consumesCounters.flatMap(({ counterSet, counters }) =>
    Object.entries(counters).map(
      ([name, { value }]) => [`${counterSet}/${name}`, quantity(value)] as const,
    ),
  );
}
