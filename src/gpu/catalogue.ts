/** The catalogue of GPUs: what NVIDIA's feature discovery writes about each on a node. */

/** A model of GPU. */
export interface GpuModel {
  /** The value of the label nvidia.com/gpu.product. */
  readonly product: string;
  /** The value of the label nvidia.com/gpu.memory: what the driver reports, in MiB. */
  readonly memoryMiB: number;
  /** The value of the label nvidia.com/gpu.family. */
  readonly family: string;
  readonly computeMajor: number;
  readonly computeMinor: number;
  /** MIG profiles and how many of each fit on one GPU; none when the model has no MIG. */
  readonly migProfiles: Readonly<Record<string, number>>;
}

const a100Profiles40 = { '1g.5gb': 7, '2g.10gb': 3, '3g.20gb': 2, '4g.20gb': 1, '7g.40gb': 1 };
const a100Profiles80 = { '1g.10gb': 7, '2g.20gb': 3, '3g.40gb': 2, '4g.40gb': 1, '7g.80gb': 1 };

/**
 * The models that node pools can name. Memory as nvidia-smi reports it; profiles from NVIDIA's MIG
 * user guide. Other products are accepted, with the count and memory that their labels state.
 */
export const gpuModels: readonly GpuModel[] = [
  model('Tesla-T4', 15_360, 'turing', [7, 5]),
  model('Tesla-V100-SXM2-16GB', 16_384, 'volta', [7, 0]),
  model('Tesla-V100-SXM2-32GB', 32_768, 'volta', [7, 0]),
  model('NVIDIA-A10', 23_028, 'ampere', [8, 6]),
  model('NVIDIA-A10G', 23_028, 'ampere', [8, 6]),
  model('NVIDIA-A100-SXM4-40GB', 40_960, 'ampere', [8, 0], a100Profiles40),
  model('NVIDIA-A100-SXM4-80GB', 81_920, 'ampere', [8, 0], a100Profiles80),
  model('NVIDIA-L4', 23_034, 'ada-lovelace', [8, 9]),
  model('NVIDIA-L40S', 46_068, 'ada-lovelace', [8, 9]),
  model('NVIDIA-H100-80GB-HBM3', 81_559, 'hopper', [9, 0], a100Profiles80),
  model('NVIDIA-H200', 143_771, 'hopper', [9, 0], {
    '1g.18gb': 7,
    '2g.35gb': 3,
    '3g.71gb': 2,
    '4g.71gb': 1,
    '7g.141gb': 1,
  }),
];

/** The model of this product, if the catalogue has it. */
export function gpuModel(product: string): GpuModel | undefined {
  return gpuModels.find(known => known.product === product);
}

function model(
  product: string,
  memoryMiB: number,
  family: string,
  [computeMajor, computeMinor]: readonly [number, number],
  migProfiles: Readonly<Record<string, number>> = {},
): GpuModel {
  return { product, memoryMiB, family, computeMajor, computeMinor, migProfiles };
}
