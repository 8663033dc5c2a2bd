/**
 * The labels that NVIDIA's GPU feature discovery gives a node.
 * @upstream github.com/NVIDIA/k8s-device-plugin internal/lm
 */
import { gpuCuda as cuda, gpuDriver as driver } from '../../sim/api/gpu-driver.js';
import type { GpuPool } from './gpu-pool.js';
import { migResource } from './mig.js';

type Labels = Readonly<Record<string, string>>;

/** The same as the DRA driver tells it. */
export const driverVersions = {
  driver: `${driver.major}.${driver.minor}.${Number(driver.revision)}`,
  cuda: `${cuda.major}.${cuda.minor}.0`,
} as const;

/**
 * The node's labels with those of the discovery. What the node's own labels say of its machine goes
 * first; product, count, memory and replicas are told as the discovery tells them of cut and shared GPUs.
 * Left out: the time stamp, and the machine's type, which is a matter of its firmware.
 */
export function discoveredLabels(pool: GpuPool, own: Labels): Labels {
  const found = capabilities(pool);
  return Object.assign({}, versions, found, own, fullGpus(pool, own), instances(pool));
}

const versions: Labels = {
  'nvidia.com/cuda.driver.major': driver.major,
  'nvidia.com/cuda.driver.minor': driver.minor,
  'nvidia.com/cuda.driver.rev': driver.revision,
  'nvidia.com/cuda.runtime.major': cuda.major,
  'nvidia.com/cuda.runtime.minor': cuda.minor,
  'nvidia.com/cuda.driver-version.major': driver.major,
  'nvidia.com/cuda.driver-version.minor': driver.minor,
  'nvidia.com/cuda.driver-version.revision': driver.revision,
  'nvidia.com/cuda.driver-version.full': `${driver.major}.${driver.minor}.${driver.revision}`,
  'nvidia.com/cuda.runtime-version.major': cuda.major,
  'nvidia.com/cuda.runtime-version.minor': cuda.minor,
  'nvidia.com/cuda.runtime-version.full': `${cuda.major}.${cuda.minor}`,
};

function capabilities({ model, sharing, memoryMiB }: GpuPool): Labels {
  return {
    'nvidia.com/gpu.present': 'true',
    'nvidia.com/gpu.memory': String(memoryMiB),
    'nvidia.com/gpu.mode': 'compute',
    'nvidia.com/gpu.sharing-strategy': sharing,
    'nvidia.com/mig.capable': String((model?.migProfiles.length ?? 0) > 0),
    'nvidia.com/mps.capable': String(sharing === 'mps'),
    'nvidia.com/vgpu.present': 'false',
    ...(model !== undefined && {
      'nvidia.com/gpu.family': model.family,
      'nvidia.com/gpu.compute.major': String(model.computeMajor),
      'nvidia.com/gpu.compute.minor': String(model.computeMinor),
    }),
  };
}

/** Of GPUs that are cut up it is said that nobody gets a share of them whole: replicas 0. */
function fullGpus(pool: GpuPool, own: Labels): Labels {
  const isCut = pool.mig !== undefined;
  const replicas = pool.replicasOf('nvidia.com/gpu');
  const product = own['nvidia.com/gpu.product'] === undefined ? {} : productOf(pool, !isCut);
  return Object.assign({}, product, {
    'nvidia.com/gpu.count': String(pool.count),
    'nvidia.com/gpu.replicas': isCut ? '0' : String(replicas),
  });
}

function productOf(pool: GpuPool, canBeShared: boolean): Labels {
  const isShared = canBeShared && !pool.isRenamed && pool.replicasOf('nvidia.com/gpu') > 1;
  return { 'nvidia.com/gpu.product': `${pool.product}${isShared ? '-SHARED' : ''}` };
}

/** The instances, under their own resources' names, or as if they were GPUs when they are all alike. */
function instances({ mig, strategy, product, count, isRenamed, replicasOf }: GpuPool): Labels {
  if (mig === undefined) return {};
  const labels: Record<string, string> = { 'nvidia.com/mig.config.state': 'success' };
  const seen = new Set<string>();
  for (const { profile } of mig.placements) {
    if (seen.has(profile.name)) continue;
    seen.add(profile.name);
    const resource = strategy === 'single' ? 'nvidia.com/gpu' : migResource(profile.name);
    const replicas = replicasOf(resource);
    const shared = replicas > 1 && !isRenamed ? '-SHARED' : '';
    // A label's value may hold no plus.
    const name = profile.name.replace('+', '.');
    labels[`${resource}.product`] = `${product}-MIG-${name}${shared}`;
    labels[`${resource}.count`] = String(count * (mig.layout[profile.name] ?? 0));
    labels[`${resource}.replicas`] = String(replicas);
    for (const [attribute, value] of Object.entries(profile.attributes)) {
      labels[`${resource}.${attribute}`] = String(value);
    }
  }
  return labels;
}
