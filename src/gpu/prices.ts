/**
 * What an hour of a GPU costs: a stated table, so that variants can be compared in money. These are
 * orders of magnitude of public on-demand list prices of large clouds (an instance's price divided by its
 * GPUs, us regions, rounded, as remembered in 2026), not an offer: a scenario states its own in
 * `spec.prices`.
 */
import { bareProduct } from './catalogue.js';

/** US dollars for one hour of one GPU, by product. */
export const gpuPrices: Readonly<Record<string, number>> = {
  'Tesla-T4': 0.53,
  'Tesla-V100-SXM2-16GB': 3.06,
  'Tesla-V100-SXM2-32GB': 3.9,
  'NVIDIA-A10': 1.0,
  'NVIDIA-A10G': 1.01,
  'NVIDIA-A100-SXM4-40GB': 3.67,
  'NVIDIA-A100-PCIE-40GB': 3.67,
  'NVIDIA-A100-SXM4-80GB': 5.07,
  'NVIDIA-A100-80GB-PCIe': 3.67,
  'NVIDIA-L4': 0.81,
  'NVIDIA-L40S': 1.86,
  'NVIDIA-H100-80GB-HBM3': 6.88,
  'NVIDIA-H200': 7.91,
  'NVIDIA-B200': 14.24,
};

/** The price of an hour of a product; undefined when the table has none, as for time-shared GPUs. */
export function gpuPrice(
  product: string,
  own: Readonly<Record<string, number>> = {},
): number | undefined {
  if (product.endsWith('-SHARED')) return own[product];
  return own[product] ?? own[bareProduct(product)] ?? gpuPrices[bareProduct(product)];
}
