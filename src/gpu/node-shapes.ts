/** Makes the simulated nodes of a kind configuration: capacity, labels, taints and GPUs by id. */
import { parseQuantity } from '../../sim/api/quantity.js';
import { Random } from '../../sim/engine/random.js';
import type { NodeDevice, NodeShape } from '../../sim/simulation.js';
import { InputError } from '../input/errors.js';
import { gpuModel } from './catalogue.js';
import type { ConfiguredNode, KindConfig } from './kind-config.js';

/** What a node has when its labels do not say. */
const defaultCpu = '8';
const defaultMemory = '32Gi';
const defaultStorage = '100Gi';
const defaultMaxPods = 110;
const defaultGpuMemoryMiB = 16_384;

/** The nodes, named as kind names them: `<cluster>-control-plane`, `-worker`, `-worker2`, ... */
export function nodeShapes(config: KindConfig, seed: number): NodeShape[] {
  const counts = new Map<string, number>();
  const isSingle = config.nodes.length === 1;
  return config.nodes.map(node => {
    const count = (counts.get(node.role) ?? 0) + 1;
    counts.set(node.role, count);
    const name = `${config.name}-${node.role}${count === 1 ? '' : count}`;
    return nodeShape(name, node, { config, seed, isSingle });
  });
}

function nodeShape(
  name: string,
  node: ConfiguredNode,
  { config, seed, isSingle }: { config: KindConfig; seed: number; isSingle: boolean },
): NodeShape {
  const isControlPlane = node.role === 'control-plane';
  const quantity = (label: string, byDefault: string): string => {
    const text = node.labels[label] ?? byDefault;
    if (!parseQuantity(text).isOk) {
      throw new InputError(
        { file: config.file, field: label },
        `"${text}" is not a quantity`,
        'write it as Kubernetes does: 64, 500m, 512Gi',
      );
    }
    return text;
  };
  return {
    name,
    labels: {
      ...(isControlPlane && { 'node-role.kubernetes.io/control-plane': '' }),
      ...node.labels,
    },
    taints:
      isControlPlane && !isSingle
        ? [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }, ...node.taints]
        : node.taints,
    capacity: {
      cpu: quantity('seatrial.dev/cpu', defaultCpu),
      memory: quantity('seatrial.dev/memory', defaultMemory),
      'ephemeral-storage': quantity('seatrial.dev/ephemeral-storage', defaultStorage),
      pods: String(node.maxPods ?? defaultMaxPods),
    },
    devices: devicesOf(name, node, { config, seed }),
    isControlPlane,
  };
}

/** The GPUs that the labels of NVIDIA's feature discovery describe, whole or cut up by MIG. */
function devicesOf(
  name: string,
  { labels }: ConfiguredNode,
  { config, seed }: { readonly config: KindConfig; readonly seed: number },
): NodeDevice[] {
  const count = Number(labels['nvidia.com/gpu.count'] ?? 0);
  const product = labels['nvidia.com/gpu.product'] ?? 'GPU';
  const known = gpuModel(product);
  const memoryMiB = Number(
    labels['nvidia.com/gpu.memory'] ?? known?.memoryMiB ?? defaultGpuMemoryMiB,
  );
  const random = new Random(seed).fork(`gpus ${name}`);
  const strategy = labels['nvidia.com/mig.strategy'] ?? 'none';
  const profile = /^all-(.+)$/.exec(labels['nvidia.com/mig.config'] ?? '')?.[1];
  const devices: NodeDevice[] = [];
  for (let index = 0; index < count; index++) {
    const uuid = random.uuid();
    if (strategy === 'none' || profile === undefined || profile === 'disabled') {
      const resourceName = 'nvidia.com/gpu';
      devices.push({ resourceName, id: `GPU-${uuid}`, model: product, memoryMiB });
      continue;
    }
    const slices = known?.migProfiles[profile];
    if (slices === undefined) {
      const profiles = Object.keys(known?.migProfiles ?? {}).join(', ');
      throw new InputError(
        { file: config.file, field: 'nvidia.com/mig.config' },
        `${product} has no MIG profile ${profile}`,
        profiles === '' ? 'it cannot be cut up: use mig.strategy none' : `it has: ${profiles}`,
      );
    }
    const resourceName = strategy === 'single' ? 'nvidia.com/gpu' : `nvidia.com/mig-${profile}`;
    const sliceMiB = Number(/\.(\d+)gb/.exec(profile)?.[1] ?? 0) * 1024;
    for (let slice = 0; slice < slices; slice++) {
      const id = `MIG-${random.uuid()}`;
      devices.push({ resourceName, id, model: `${product}-MIG-${profile}`, memoryMiB: sliceMiB });
    }
  }
  return devices;
}
