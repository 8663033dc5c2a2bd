/** What a machine would be like as a node, as a cloud provider tells it before there is one. */
import type { Node, Taint } from '../api/kinds/core.js';
import { allocatableOf } from './node-shape.js';

/** What there is to know of a machine. */
export interface MachineDescription {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly capacity: Readonly<Record<string, string>>;
  readonly reserved?: Readonly<Record<string, string>>;
  readonly devices: readonly { readonly resourceName: string }[];
}

/** The node, ready and empty. */
export function templateNode(machine: MachineDescription): Node {
  const { name, labels, taints, reserved } = machine;
  const devices: Record<string, string> = {};
  for (const { resourceName } of machine.devices) {
    devices[resourceName] = String(Number(devices[resourceName] ?? 0) + 1);
  }
  const capacity = { ...machine.capacity, ...devices };
  const shape = {
    name,
    ip: '',
    podCIDR: '',
    capacity,
    ...(reserved !== undefined && { reserved }),
  };
  return {
    metadata: { name, labels: { ...machineLabels(name), ...labels } },
    spec: taints.length > 0 ? { taints } : {},
    status: {
      capacity,
      allocatable: allocatableOf(shape, capacity),
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

/** Those that kubelets give themselves. */
function machineLabels(name: string): Readonly<Record<string, string>> {
  return {
    'kubernetes.io/hostname': name,
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/os': 'linux',
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
  };
}
