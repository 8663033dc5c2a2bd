/** Whether the nodes together have what a group needs at least. @upstream scheduler-plugins v0.34.7 pkg/coscheduling/core/core.go CheckClusterResource */
import { milliQuantity, quantity, quantityOf, type Quantity } from '../../api/quantity.js';
import type { NodeInfo } from '../../scheduler/node-info.js';
import { groupKeyOf, type PodGroup } from './types.js';

/** What is missing, as Go prints the rest of the list; undefined: nothing is. */
export function resourceGap(
  nodes: readonly NodeInfo[],
  { spec }: PodGroup,
  key: string,
): string | undefined {
  const rest = new Map<string, Quantity>();
  for (const [name, amount] of Object.entries(spec.minResources ?? {})) {
    rest.set(name, quantity(amount));
  }
  rest.set('pods', quantityOf(spec.minMember ?? 0));
  for (const node of nodes) {
    const left = leftOn(node, key);
    for (const [name, amount] of rest) {
      const next = difference(amount, left.get(name));
      if (next.sign() <= 0) rest.delete(name);
      else rest.set(name, next);
    }
    if (rest.size === 0) return undefined;
  }
  const parts = [...rest].sort(([a], [b]) => (a < b ? -1 : 1)).map(printed);
  return `map[${parts.join(' ')}]`;
}

function difference(amount: Quantity, taken: Quantity | undefined): Quantity {
  return taken === undefined || taken.sign() === 0 ? amount : amount.sub(taken);
}

/** What the node would have if the pods of the group were not on it. */
function leftOn(node: NodeInfo, key: string): ReadonlyMap<string, Quantity> {
  const rest = node.clone();
  for (const pod of node.pods) if (groupKeyOf(pod.pod) === key) rest.removePod(pod);
  const { allocatable, requested, pods } = rest;
  const left = new Map<string, Quantity>([
    ['cpu', milliQuantity(allocatable.milliCPU - requested.milliCPU)],
    ['memory', quantityOf(allocatable.memory - requested.memory, 'BinarySI')],
    ['pods', quantityOf(allocatable.allowedPods - pods.length, 'BinarySI')],
    [
      'ephemeral-storage',
      quantityOf(allocatable.ephemeralStorage - requested.ephemeralStorage, 'BinarySI'),
    ],
  ]);
  for (const [name, amount] of allocatable.scalars) {
    const format = name.startsWith('hugepages-') ? 'BinarySI' : 'DecimalSI';
    left.set(name, quantityOf(amount - (requested.scalars.get(name) ?? 0), format));
  }
  return left;
}

/** Go prints a quantity in a map by its fields: `{{2 0} {<nil>}  DecimalSI}`. */
function printed([name, { mantissa, scale, format }]: readonly [string, Quantity]): string {
  return `${name}:{{${mantissa} ${scale}} {<nil>}  ${format}}`;
}
