/**
 * Who may write which part of a claim's status: allocations are the schedulers', the devices' status is their
 * drivers'. @upstream pkg/registry/resource/utils.go
 */
import { deepEqual } from '../../../api/equality.js';
import type {
  AllocatedDeviceStatus,
  AllocationResult,
  ResourceClaim,
} from '../../../api/kinds/resource.js';
import { forbidden } from '../field-error.js';
import type { StrategyContext } from '../strategy.js';
import type { Errors } from './checks.js';

const nodeNameKey = 'authentication.kubernetes.io/node-name';
const accountPrefix = 'system:serviceaccount:';

/** Whether the user may change what the update changes. */
export function checkStatusRights(
  { metadata, status = {} }: ResourceClaim,
  { status: old = {} }: ResourceClaim,
  context: StrategyContext,
  errors: Errors,
): void {
  const isBound =
    deepEqual(status.allocation, old.allocation) &&
    deepEqual(status.reservedFor ?? [], old.reservedFor ?? []);
  if (!isBound) checkBinding(context, errors);
  if (status.allocation === undefined) return;
  const drivers = changedDrivers(status.devices ?? [], old.devices ?? []);
  if (drivers.length === 0) return;
  const prefixes = isOnNodeOf(context, status.allocation)
    ? ['associated-node:', 'arbitrary-node:']
    : ['arbitrary-node:'];
  for (const name of drivers) {
    const part = { subresource: 'driver', namespace: metadata.namespace ?? '', name };
    const refusals = prefixes.map(verbPrefix => context.forbidden({ ...part, verbPrefix }));
    const [first] = refusals;
    if (first === undefined || refusals.includes(undefined)) continue;
    const verbs = prefixes.map(prefix => prefix + context.verb).join(' ');
    const needed = `requires resource="resourceclaims/driver", verb="[${verbs}]" permission`;
    errors.push(forbidden('status.devices', `changing status.devices ${needed}: ${first}`));
  }
}

function checkBinding(context: StrategyContext, errors: Errors): void {
  const refusal = context.forbidden({ subresource: 'binding', namespace: '', name: '' });
  if (refusal === undefined) return;
  const needed = `requires resource="resourceclaims/binding", verb="${context.verb}" permission`;
  const text = `changing status.allocation or status.reservedFor ${needed}: ${refusal}`;
  errors.push(forbidden('status.allocation', text));
}

/** The drivers of devices whose status came, went or changed, in their order. */
function changedDrivers(
  now: readonly AllocatedDeviceStatus[],
  before: readonly AllocatedDeviceStatus[],
): readonly string[] {
  const old = new Map(before.map(device => [keyOf(device), device]));
  const drivers = new Set<string>();
  for (const device of now) {
    const key = keyOf(device);
    if (!deepEqual(old.get(key), device)) drivers.add(device.driver);
    old.delete(key);
  }
  for (const { driver } of old.values()) drivers.add(driver);
  return [...drivers].sort();
}

function keyOf({ driver, pool, device, shareID = '' }: AllocatedDeviceStatus): string {
  return `${driver} ${pool} ${device} ${shareID}`;
}

/** Whether a service account asks from the one node that the allocation is for. */
function isOnNodeOf({ user }: StrategyContext, { nodeSelector }: AllocationResult): boolean {
  const [term, ...others] = nodeSelector?.nodeSelectorTerms ?? [];
  const [field, ...more] = term?.matchFields ?? [];
  if (field === undefined || others.length + more.length > 0) return false;
  if ((term?.matchExpressions ?? []).length > 0 || field.key !== 'metadata.name') return false;
  const { operator, values = [] } = field;
  if (operator !== 'In' || values.length !== 1) return false;
  const names = user?.extra?.[nodeNameKey] ?? [];
  return (
    user?.name.startsWith(accountPrefix) === true && names.length === 1 && names[0] === values[0]
  );
}
