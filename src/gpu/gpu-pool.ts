/** The GPUs of a node as its labels ask for them: whole, cut up by MIG, or shared; and what discovery tells. */
import type { Random } from '../../sim/engine/random.js';
import type { NodeDevice } from '../../sim/simulation.js';
import { didYouMean, InputError } from '../input/errors.js';
import { bareProduct, gpuModel, type GpuModel } from './catalogue.js';
import { discoveredLabels } from './feature-discovery.js';
import { sharingLabels } from './gpu-sharing.js';
import {
  configNames,
  instanceNumber,
  layoutOf,
  migResource,
  placementsOf,
  type MigLayout,
  type Placement,
} from './mig.js';

type Labels = Readonly<Record<string, string>>;

/** What the labels of a node ask for. */
export interface GpuPool {
  /** Whole GPUs. */
  readonly count: number;
  /** Without what feature discovery appends. */
  readonly product: string;
  readonly model?: GpuModel;
  readonly memoryMiB: number;
  readonly strategy: 'none' | 'single' | 'mixed';
  /** The instances of each GPU; absent: it is not cut up. */
  readonly mig?: { readonly layout: MigLayout; readonly placements: readonly Placement[] };
  readonly sharing: 'none' | 'time-slicing' | 'mps';
  /** Whether shares have a resource of their own: nvidia.com/gpu.shared. */
  readonly isRenamed: boolean;
  /** Whether the plug-in refuses who wants several shares. */
  readonly isOneEach: boolean;
  /** How many containers share a device, by its resource. */
  readonly replicasOf: (resourceName: string) => number;
}

/** The GPUs of a node, and its labels with all that feature discovery would add. */
export interface PooledGpus {
  readonly devices: readonly NodeDevice[];
  readonly labels: Labels;
}

const defaultMemoryMiB = 16_384;

/**
 * Makes the GPUs that the labels ask for; product and count are enough.
 *
 * @throws InputError when there can be no such GPUs.
 */
export function gpusOf(labels: Labels, file: string, random: Random): PooledGpus {
  const pool = readPool(labels, file);
  if (pool.count === 0) return { devices: [], labels };
  return { devices: devicesOf(pool, random), labels: discoveredLabels(pool, labels) };
}

function readPool(labels: Labels, file: string): GpuPool {
  const number = (label: string, byDefault: number): number => {
    const text = labels[label];
    if (text === undefined) return byDefault;
    if (/^\d{1,6}$/.test(text)) return Number(text);
    throw new InputError(
      { file, field: label },
      `"${text}" is not a whole number from 0 on`,
      'write digits alone, in quotes',
    );
  };
  const given = labels['nvidia.com/gpu.product'] ?? 'GPU';
  const product = bareProduct(given);
  const model = gpuModel(product);
  const memoryMiB = model?.memoryMiB ?? defaultMemoryMiB;
  const strategy = strategyOf(labels, file);
  const mig = migOf({ product, model, strategy }, labels, file);
  const counted = number('nvidia.com/gpu.count', 0);
  // Under the strategy `single` discovery counts instances, if the product says so.
  const perGpu = given.includes('-MIG-') ? Math.max(mig?.placements.length ?? 1, 1) : 1;
  if (counted % perGpu !== 0) {
    const what = `${counted} instances do not come from whole GPUs, of ${perGpu} each`;
    throw new InputError(
      { file, field: 'nvidia.com/gpu.count' },
      what,
      `write a multiple of ${perGpu}`,
    );
  }
  const shared = labels['nvidia.com/gpu.sharing-strategy'];
  const isShared = Object.keys(labels).some(
    label => label.startsWith('nvidia.com/') && replicasIn(labels, label, number) > 1,
  );
  return {
    count: counted / perGpu,
    product,
    ...(model !== undefined && { model }),
    // Where the product names an instance, the memory is the instance's.
    memoryMiB: given === product ? number('nvidia.com/gpu.memory', memoryMiB) : memoryMiB,
    strategy,
    ...(mig !== undefined && { mig }),
    sharing: !isShared ? 'none' : shared === 'mps' ? 'mps' : 'time-slicing',
    isRenamed: labels[sharingLabels.renamed] === 'true',
    isOneEach: labels[sharingLabels.oneEach] === 'true',
    replicasOf: resourceName => Math.max(number(`${resourceName}.replicas`, 1), 1),
  };
}

function replicasIn(
  labels: Labels,
  label: string,
  number: (label: string, byDefault: number) => number,
): number {
  return label.endsWith('.replicas') && labels[label] !== undefined ? number(label, 1) : 1;
}

function strategyOf(labels: Labels, file: string): GpuPool['strategy'] {
  const field = 'nvidia.com/mig.strategy';
  const text = labels[field] ?? 'none';
  if (text === 'none' || text === 'single' || text === 'mixed') return text;
  const known = ['none', 'single', 'mixed'];
  const near = didYouMean(text, known);
  const next = near === undefined ? `there are: ${known.join(', ')}` : `did you mean ${near}?`;
  throw new InputError({ file, field }, `there is no strategy ${text}`, next);
}

function migOf(
  {
    product,
    model,
    strategy,
  }: { product: string; model: GpuModel | undefined; strategy: GpuPool['strategy'] },
  labels: Labels,
  file: string,
): GpuPool['mig'] {
  const field = 'nvidia.com/mig.config';
  const config = labels[field] ?? 'all-disabled';
  if (strategy === 'none' || config === 'all-disabled') return undefined;
  const refuse = (what: string, next: string): never => {
    throw new InputError({ file, field }, what, next);
  };
  const profiles = model?.migProfiles ?? [];
  const layout = layoutOf(config, profiles);
  const placements = layout && placementsOf(layout, profiles);
  if (layout === undefined || placements === undefined) {
    const names = configNames(profiles);
    const near = didYouMean(config, names);
    if (profiles.length === 0) {
      return refuse(`${product} cannot be cut up by MIG (${config})`, 'use mig.strategy none');
    }
    const next = near === undefined ? `it has: ${names.join(', ')}` : `did you mean ${near}?`;
    return refuse(`${product} has no MIG configuration ${config}`, next);
  }
  if (strategy === 'single' && Object.keys(layout).length > 1) {
    return refuse(`${config} has several profiles`, 'use mig.strategy mixed, or one profile');
  }
  return { layout, placements };
}

function devicesOf(pool: GpuPool, random: Random): NodeDevice[] {
  const devices: NodeDevice[] = [];
  for (let gpu = 0; gpu < pool.count; gpu++) {
    const uuid = random.uuid();
    if (pool.mig === undefined) {
      const whole = { gpu, id: `GPU-${uuid}`, model: pool.product, memoryMiB: pool.memoryMiB };
      devices.push(...replicated(Object.assign(whole, { resourceName: 'nvidia.com/gpu' }), pool));
      continue;
    }
    for (const placement of pool.mig.placements) {
      const { profile } = placement;
      const instance: NodeDevice = {
        gpu,
        resourceName: pool.strategy === 'single' ? 'nvidia.com/gpu' : migResource(profile.name),
        id: `MIG-${random.uuid()}`,
        model: `${pool.product}-MIG-${profile.name}`,
        memoryMiB: profile.attributes['memory'] ?? 0,
        instance: { gpuId: `GPU-${uuid}`, number: instanceNumber(placement) },
      };
      devices.push(...replicated(instance, pool));
    }
  }
  return devices;
}

/**
 * A shared device is offered several times, as `<id>::<n>`; MPS gives each of them its part of the memory.
 *
 * @upstream github.com/NVIDIA/k8s-device-plugin internal/rm/devices.go AnnotatedID
 */
function replicated(device: NodeDevice, pool: GpuPool): readonly NodeDevice[] {
  const replicas = pool.replicasOf(device.resourceName);
  if (replicas === 1) return [device];
  const parts = pool.sharing === 'mps' ? replicas : 1;
  const memoryMiB = Math.floor(device.memoryMiB / parts);
  return Array.from({ length: replicas }, (_, index) => ({
    ...device,
    ...(pool.isRenamed && { resourceName: `${device.resourceName}.shared` }),
    id: `${device.id}::${index}`,
    memoryMiB,
    ...(pool.isOneEach && { isOneEach: true }),
    ...(parts > 1 && { wholeMemoryMiB: device.memoryMiB }),
  }));
}
