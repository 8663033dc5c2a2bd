/** Makes the simulated nodes of a kind configuration: capacity, labels, taints and GPUs by id. */
import { parseQuantity } from '../../sim/api/quantity.js';
import type { KubeObject } from '../../sim/api/object.js';
import { Random } from '../../sim/engine/random.js';
import type { NodeShape } from '../../sim/simulation.js';
import { InputError } from '../input/errors.js';
import { gpuDriverLabel, gpuSlices } from './device-slices.js';
import { resourceLabel, resourcesIn } from './extended-resources.js';
import { gpusOf, type PooledGpus } from './gpu-pool.js';
import type { ConfiguredNode, KindConfig } from './kind-config.js';

/** What a node has when its labels do not say. */
const defaultCpu = '8';
const defaultMemory = '32Gi';
const defaultStorage = '100Gi';
const defaultMaxPods = 110;

/** The nodes, named as kind names them: `<cluster>-control-plane`, `-worker`, `-worker2`, ... */
export function nodeShapes(config: KindConfig, seed: number): NodeShape[] {
  const isSingle = config.nodes.length === 1;
  return named(config).map(([name, node]) => nodeShape(name, node, { config, seed, isSingle }));
}

/** The names of the nodes, in the order of the configuration. */
export const nodeNames = (config: KindConfig): readonly string[] =>
  named(config).map(([name]) => name);

/** The GPUs of each node and its labels with those of feature discovery, whatever offers the GPUs. */
export const pooledNodes = (
  config: KindConfig,
  seed: number,
): readonly (PooledGpus & { readonly name: string })[] =>
  named(config).map(([name, node]) => ({ name, ...gpusOn(name, node, { config, seed }) }));

/** What the DRA driver publishes for the nodes whose GPUs it offers. */
export function publishedSlices(config: KindConfig, seed: number): readonly KubeObject[] {
  return named(config)
    .filter(([, { labels }]) => labels[gpuDriverLabel] === 'dra')
    .flatMap(([name, node]) => gpuSlices(name, gpusOn(name, node, { config, seed }).devices));
}

function named(config: KindConfig): readonly (readonly [string, ConfiguredNode])[] {
  const counts = new Map<string, number>();
  return config.nodes.map(node => {
    const count = (counts.get(node.role) ?? 0) + 1;
    counts.set(node.role, count);
    return [`${config.name}-${node.role}${count === 1 ? '' : count}`, node] as const;
  });
}

function gpusOn(
  name: string,
  { labels }: ConfiguredNode,
  { config, seed }: { readonly config: Pick<KindConfig, 'file'>; readonly seed: number },
): PooledGpus {
  return gpusOf(labels, config.file, new Random(seed).fork(`gpus ${name}`));
}

/** The machine that a node of this name is. */
export function nodeShape(
  name: string,
  node: ConfiguredNode,
  { config, seed, isSingle }: { config: Pick<KindConfig, 'file'>; seed: number; isSingle: boolean },
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
  const gpus = gpusOn(name, node, { config, seed });
  return {
    name,
    labels: {
      ...(isControlPlane && { 'node-role.kubernetes.io/control-plane': '' }),
      ...gpus.labels,
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
      ...Object.fromEntries(
        Object.entries(resourcesIn(node.labels)).map(([name]) => [
          name,
          quantity(resourceLabel(name), '0'),
        ]),
      ),
    },
    devices: node.labels[gpuDriverLabel] === 'dra' ? [] : gpus.devices,
    isControlPlane,
  };
}
