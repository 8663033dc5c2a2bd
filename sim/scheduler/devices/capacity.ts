/**
 * How much of a device that several may share a request takes, and whether so much is left.
 * @upstream dynamic-resource-allocation/structured/internal/incubating/consumable_capacity.go
 */
import type {
  CapacityRequestPolicy,
  CapacityRequestPolicyRange,
  CapacityRequirements,
  Device,
  DeviceCapacity,
} from '../../api/kinds/resource.js';
import { quantity, quantityOf, type Quantity } from '../../api/quantity.js';
import type { Capacities } from './consumption.js';

/** Whether the device has what is asked for besides what is taken and about to be taken. */
export function hasCapacityLeft(
  device: Device,
  asked: CapacityRequirements | undefined,
  taken: Capacities | undefined,
  pending: Capacities | undefined,
): boolean {
  const capacities = device.capacity ?? {};
  if (Object.keys(asked?.requests ?? {}).some(name => !(name in capacities))) return false;
  for (const [name, capacity] of Object.entries(capacities)) {
    const consumed = consumedOf(capacity, asked?.requests?.[name]);
    if (violates(consumed, capacity.requestPolicy)) return false;
    let total = taken?.get(name)?.add(consumed) ?? consumed;
    const soon = pending?.get(name);
    if (soon !== undefined) total = total.add(soon);
    if (total.compare(quantity(capacity.value)) > 0) return false;
  }
  return true;
}

/** What the request takes of each capacity. @upstream GetConsumedCapacityFromRequest */
export function consumption(device: Device, asked: CapacityRequirements | undefined): Capacities {
  return new Map(
    Object.entries(device.capacity ?? {}).map(([name, capacity]) => [
      name,
      consumedOf(capacity, asked?.requests?.[name]),
    ]),
  );
}

/** @upstream calculateConsumedCapacity */
function consumedOf(capacity: DeviceCapacity, asked: string | undefined): Quantity {
  const { value, requestPolicy } = capacity;
  if (asked === undefined) return quantity(requestPolicy?.default ?? value);
  const amount = quantity(asked);
  const { validRange, validValues } = requestPolicy ?? {};
  if (validRange !== undefined) return roundedUp(amount, validRange);
  const fitting = validValues?.map(quantity).find(each => amount.compare(each) <= 0);
  return fitting ?? amount;
}

/** To the next whole number of steps above the minimum. */
function roundedUp(amount: Quantity, { min, step }: CapacityRequestPolicyRange): Quantity {
  const least = quantity(min);
  if (amount.compare(least) < 0) return least;
  if (step === undefined) return amount;
  const size = quantity(step).value();
  const steps = Math.ceil((amount.value() - least.value()) / size);
  return quantityOf(least.value() + size * steps, 'BinarySI');
}

function violates(amount: Quantity, policy: CapacityRequestPolicy | undefined): boolean {
  if (policy === undefined) return false;
  const { default: usual, validRange, validValues = [] } = policy;
  if (usual !== undefined && amount.compare(quantity(usual)) === 0) return false;
  if (validRange !== undefined) return isOutside(amount, validRange);
  return validValues.length > 0 && !validValues.some(one => amount.compare(quantity(one)) === 0);
}

function isOutside(amount: Quantity, { min, max, step }: CapacityRequestPolicyRange): boolean {
  if (max !== undefined && amount.compare(quantity(max)) > 0) return true;
  if (step === undefined) return false;
  return (amount.value() - quantity(min).value()) % quantity(step).value() !== 0;
}
