/** Makes simulated nodes of Node objects that a real cluster showed: with their own names and sizes. */
import type { KubeObject } from '../../sim/api/object.js';
import { quantity, valueOf } from '../../sim/api/quantity.js';
import { Random } from '../../sim/engine/random.js';
import type { NodeDevice, NodeShape } from '../../sim/simulation.js';
import { InputError } from '../input/errors.js';
import { readManifests } from '../input/manifest-files.js';
import { gpusOf } from './gpu-pool.js';

interface RecordedNode extends KubeObject {
  readonly spec?: { readonly taints?: NodeShape['taints'] };
  readonly status?: {
    readonly capacity?: Readonly<Record<string, string>>;
    readonly allocatable?: Readonly<Record<string, string>>;
  };
}

/** Taints that the cluster sets itself, by what it sees of the node. */
const ownTaint = /^node\.kubernetes\.io\/|^node\.cloudprovider\.kubernetes\.io\//;
const plainResources = new Set(['cpu', 'memory', 'pods', 'ephemeral-storage']);
/** What a kubelet keeps free besides what is reserved: evictionHard memory.available. */
const evictionMemory = '100Mi';

/**
 * The nodes of a file of Node objects, in its order.
 *
 * @throws InputError when the file holds something else, or a node without capacity.
 */
export function recordedNodes(file: string, seed: number): NodeShape[] {
  return readManifests(file).map(({ object, line }) => {
    if (object.kind !== 'Node' || object.metadata.name === undefined) {
      throw new InputError(
        { file, line },
        `${object.kind ?? 'an object'} where a Node is needed`,
        'keep Nodes alone, each with its name',
      );
    }
    const node = object as RecordedNode;
    if (node.status?.capacity === undefined) {
      const next = 'give it status.capacity: cpu, memory, pods and devices';
      throw new InputError({ file, line, field: 'status.capacity' }, 'is not set', next);
    }
    return shapeOf(node, { file, seed });
  });
}

function shapeOf(node: RecordedNode, about: { file: string; seed: number }): NodeShape {
  const { name = '', labels = {} } = node.metadata;
  const { capacity = {}, allocatable = capacity } = node.status ?? {};
  const isControlPlane = 'node-role.kubernetes.io/control-plane' in labels;
  return {
    name,
    labels,
    taints: (node.spec?.taints ?? []).filter(({ key }) => !ownTaint.test(key)),
    capacity: Object.fromEntries(
      Object.entries(capacity).filter(([resource]) => plainResources.has(resource)),
    ),
    reserved: reservedOf(capacity, allocatable),
    devices: Object.entries(capacity)
      .filter(([resource]) => isDevice(resource))
      .flatMap(([resource, count]) => devicesOf(node, resource, { count, ...about })),
    isControlPlane,
  };
}

/** Extended resources have a domain of their own. */
const isDevice = (resource: string): boolean =>
  resource.includes('/') && !/(^|\.)kubernetes\.io\//.test(resource);

function reservedOf(
  capacity: Readonly<Record<string, string>>,
  allocatable: Readonly<Record<string, string>>,
): Record<string, string> {
  const cpu = quantity(capacity['cpu']).sub(quantity(allocatable['cpu'] ?? capacity['cpu']));
  const memory = quantity(capacity['memory'])
    .sub(quantity(allocatable['memory'] ?? capacity['memory']))
    .sub(quantity(evictionMemory));
  return {
    ...(cpu.sign() > 0 && { cpu: cpu.toString() }),
    // Below nothing: this cluster kept less than kubelets do by default.
    memory: memory.toString(),
  };
}

/** GPUs as their labels tell them where that fits what the node counted; else as many as it counted. */
function devicesOf(
  node: RecordedNode,
  resourceName: string,
  { count, file, seed }: { readonly count: string; readonly file: string; readonly seed: number },
): readonly NodeDevice[] {
  const { name = '', labels = {} } = node.metadata;
  const wanted = valueOf(count);
  const random = new Random(seed).fork(`gpus ${name}`);
  const labelled =
    labels['nvidia.com/gpu.count'] === undefined ? [] : gpusOf(labels, file, random).devices;
  const fitting = labelled.filter(device => device.resourceName === resourceName);
  if (fitting.length === wanted) return fitting;
  const model = labels['nvidia.com/gpu.product'] ?? resourceName;
  return Array.from({ length: wanted }, (_, gpu) => ({
    gpu,
    resourceName,
    id: `${resourceName.replace(/[^a-z0-9]+/gi, '-')}-${name}-${gpu}`,
    model,
    memoryMiB: Number(labels['nvidia.com/gpu.memory'] ?? 16_384),
  }));
}
