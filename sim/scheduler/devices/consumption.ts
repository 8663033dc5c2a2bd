/** How much of devices' capacities is taken. @upstream structured/schedulerapi ConsumedCapacityCollection */
import type { Quantity } from '../../api/quantity.js';
import type { DeviceId } from './device-id.js';

/** Amounts by the name of the capacity. */
export type Capacities = ReadonlyMap<string, Quantity>;

/** Amounts taken, device by device. */
export class Consumption {
  private readonly byDevice = new Map<DeviceId, Map<string, Quantity>>();

  /** What is taken of the device; undefined: nobody shares it. */
  of(device: DeviceId): Capacities | undefined {
    return this.byDevice.get(device);
  }

  add(device: DeviceId, taken: Capacities): void {
    const amounts = this.byDevice.get(device) ?? new Map<string, Quantity>();
    this.byDevice.set(device, amounts);
    for (const [name, amount] of taken) {
      amounts.set(name, amounts.get(name)?.add(amount) ?? amount);
    }
  }

  remove(device: DeviceId, taken: Capacities): void {
    const amounts = this.byDevice.get(device);
    if (amounts === undefined) return;
    for (const [name, amount] of taken) {
      const known = amounts.get(name);
      if (known !== undefined) amounts.set(name, known.sub(amount));
    }
    if ([...amounts.values()].every(amount => amount.sign() === 0)) this.byDevice.delete(device);
  }
}
