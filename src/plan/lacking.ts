/** Devices that a pod asks for and no node has: no edit of the pod or of a node mends that. */
import type { Pod } from '../../sim/api/kinds/core.js';
import { quantity } from '../../sim/api/quantity.js';
import type { World } from './world.js';

/** The names of such devices, sorted. */
export function lackingDevices({ nodes }: World, { spec }: Pod): readonly string[] {
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const asked = containers.flatMap(({ resources }) =>
    Object.entries({ ...resources?.limits, ...resources?.requests }),
  );
  const isOffered = (name: string): boolean =>
    nodes.some(({ status }) => quantity(status?.allocatable?.[name] ?? '0').toNumber() > 0);
  const lacking = asked.filter(
    ([name, amount]) =>
      name.includes('/') &&
      !name.includes('kubernetes.io/') &&
      quantity(amount).toNumber() > 0 &&
      !isOffered(name),
  );
  return [...new Set(lacking.map(([name]) => name))].sort();
}

/** What to tell of them. */
export function lackingText(devices: readonly string[]): string {
  const text = `no node has ${devices.join(', ')}`;
  if (!devices.includes('nvidia.com/gpu')) return text;
  return `${text}: in a kind configuration the labels nvidia.com/gpu.product: Tesla-T4 and nvidia.com/gpu.count: '4' give a worker four GPUs`;
}
