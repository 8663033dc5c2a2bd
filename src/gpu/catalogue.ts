/** The catalogue of GPUs: what NVIDIA's driver and feature discovery tell of each model. */
import { ampereEngines, hopperEngines, migProfiles, type MigProfile } from './mig.js';

/** A model of GPU. */
export interface GpuModel {
  /** The value of the label nvidia.com/gpu.product: the driver's name with dashes. */
  readonly product: string;
  /** The value of the label nvidia.com/gpu.memory: what the driver reports, in MiB. */
  readonly memoryMiB: number;
  /** The value of the label nvidia.com/gpu.family. */
  readonly family: string;
  readonly computeMajor: number;
  readonly computeMinor: number;
  /** What it can be cut into; none when it has no MIG. */
  readonly migProfiles: readonly MigProfile[];
}

const a100Sizes40 = { '1g': 5, '1g wide': 10, '2g': 10, '3g': 20, '4g': 20, '7g': 40 };
const sizes80 = { '1g': 10, '1g wide': 20, '2g': 20, '3g': 40, '4g': 40, '7g': 80 };
const h200Sizes = { '1g': 18, '1g wide': 35, '2g': 35, '3g': 71, '4g': 71, '7g': 141 };
const b200Sizes = { '1g': 23, '1g wide': 45, '2g': 45, '3g': 90, '4g': 90, '7g': 180 };
const gb200Sizes = { '1g': 24, '1g wide': 47, '2g': 47, '3g': 95, '4g': 95, '7g': 189 };

/**
 * The models that node pools can name. Other products are accepted, with the count and the memory that
 * their labels state.
 *
 * Sources: memory as nvidia-smi reports it (MiB, without ECC's share where it takes one); compute
 * capability from developer.nvidia.com/cuda-gpus; families from feature discovery's source
 * (k8s-device-plugin, internal/lm/resource.go); profiles' names from NVIDIA's MIG user guide and from
 * mig-parted's config-default.yaml.
 */
export const gpuModels: readonly GpuModel[] = [
  model('Tesla-T4', 15_360, [7, 5]),
  model('Tesla-V100-SXM2-16GB', 16_384, [7, 0]),
  model('Tesla-V100-SXM2-32GB', 32_768, [7, 0]),
  model('NVIDIA-A10', 23_028, [8, 6]),
  model('NVIDIA-A10G', 23_028, [8, 6]),
  a100('NVIDIA-A100-SXM4-40GB', 40_960, a100Sizes40),
  a100('NVIDIA-A100-PCIE-40GB', 40_960, a100Sizes40),
  a100('NVIDIA-A100-SXM4-80GB', 81_920, sizes80),
  a100('NVIDIA-A100-80GB-PCIe', 81_920, sizes80),
  model('NVIDIA-L4', 23_034, [8, 9]),
  model('NVIDIA-L40S', 46_068, [8, 9]),
  hopper('NVIDIA-H100-80GB-HBM3', 81_559, sizes80),
  hopper('NVIDIA-H200', 143_771, h200Sizes),
  model('NVIDIA-B200', 183_359, [10, 0], migProfiles(183_359, b200Sizes)),
  model('NVIDIA-GB200', 189_471, [10, 0], migProfiles(189_471, gb200Sizes)),
];

/** The model of this product, if the catalogue has it; what feature discovery appends does not count. */
export function gpuModel(product: string): GpuModel | undefined {
  const bare = bareProduct(product);
  return gpuModels.find(known => known.product === bare);
}

/** The product of the whole GPU: without `-MIG-1g.10gb` and `-SHARED`. */
export function bareProduct(product: string): string {
  return product.replace(/-SHARED$/, '').replace(/-MIG-.*$/, '');
}

function model(
  product: string,
  memoryMiB: number,
  compute: readonly [number, number],
  profiles: readonly MigProfile[] = [],
): GpuModel {
  const [computeMajor, computeMinor] = compute;
  const family = familyOf(compute);
  return { product, memoryMiB, family, computeMajor, computeMinor, migProfiles: profiles };
}

type Sizes = Parameters<typeof migProfiles>[1];

function a100(product: string, memoryMiB: number, sizes: Sizes): GpuModel {
  return model(product, memoryMiB, [8, 0], migProfiles(memoryMiB, sizes, ampereEngines));
}

function hopper(product: string, memoryMiB: number, sizes: Sizes): GpuModel {
  return model(product, memoryMiB, [9, 0], migProfiles(memoryMiB, sizes, hopperEngines));
}

/** @upstream github.com/NVIDIA/k8s-device-plugin internal/lm/resource.go getArchFamily */
function familyOf([major, minor]: readonly [number, number]): string {
  if (major === 7) return minor < 5 ? 'volta' : 'turing';
  if (major === 8) return minor < 9 ? 'ampere' : 'ada-lovelace';
  return major === 9 ? 'hopper' : 'blackwell';
}
