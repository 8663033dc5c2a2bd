/** Boots the node of a shape: its machine, its kubelet, its place in the cluster's networks. */
import type { NodeEndpoint } from './api/node-endpoint.js';
import type { Kubelet, KubeletOptions } from './nodes/kubelet.js';
import { kubelet } from './nodes/kubelet.js';
import type { Process } from './client/runtime.js';
import type { NodeShape, SimulatedNode } from './simulation.js';

/** The nodes' network, as kind's docker network has it. */
const nodeNetwork = '172.18';

/** Makes the kubelet of a node; `index` gives it its addresses. */
export function nodeOf(
  shape: NodeShape,
  index: number,
  options: Omit<KubeletOptions, 'node'>,
): Kubelet {
  const names = [...new Set(shape.devices.map(device => device.resourceName))];
  const { pods = '110', ...capacity } = shape.capacity;
  return kubelet({
    ...options,
    config: { ...options.config, podsMax: Number(pods) },
    node: {
      name: shape.name,
      ip: `${nodeNetwork}.${(index + 2) >> 8}.${(index + 2) & 255}`,
      podCIDR: `10.${244 + (index >> 8)}.${index & 255}.0/24`,
      labels: shape.labels,
      capacity,
      ...(shape.taints.length > 0 && { taints: shape.taints }),
      devices: names.map(resourceName => ({
        resourceName,
        devices: shape.devices.filter(device => device.resourceName === resourceName),
      })),
    },
  });
}

/** A node as those who drive the simulation see it. */
export function simulatedNode(
  shape: NodeShape,
  { gpus, endpoint }: { readonly gpus: Kubelet['gpus']; readonly endpoint: NodeEndpoint },
  process: Process,
): SimulatedNode {
  const idOf = (device: number | string): string | undefined =>
    typeof device === 'number'
      ? shape.devices[device]?.id
      : shape.devices.find(known => known.id === device)?.id;
  return {
    name: shape.name,
    process,
    failDevice(device, xid) {
      const id = idOf(device);
      if (id !== undefined) gpus.fail(id, xid);
      return id !== undefined;
    },
    repairDevice(device) {
      const id = idOf(device);
      if (id !== undefined) gpus.mend(id);
      return id !== undefined;
    },
    usage: () => endpoint.usage().containers,
  };
}
