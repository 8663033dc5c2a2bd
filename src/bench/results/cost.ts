/** What GPUs of a trace cost an hour, by the table of prices or the user's own. */
import { gpuPrice } from '../../gpu/prices.js';
import type { TraceNode } from '../trace/trace.js';

/** Short names of models in traces, and the product whose price goes for them. */
const products: Readonly<Record<string, string>> = {
  T4: 'Tesla-T4',
  V100: 'Tesla-V100-SXM2-16GB',
  V100M16: 'Tesla-V100-SXM2-16GB',
  V100M32: 'Tesla-V100-SXM2-32GB',
  A10: 'NVIDIA-A10',
  A10G: 'NVIDIA-A10G',
  A100: 'NVIDIA-A100-SXM4-40GB',
  L4: 'NVIDIA-L4',
  L40S: 'NVIDIA-L40S',
  H100: 'NVIDIA-H100-80GB-HBM3',
  H200: 'NVIDIA-H200',
  B200: 'NVIDIA-B200',
};

/** Own prices by model: US dollars an hour of one GPU. */
export type Prices = Readonly<Record<string, number>>;

/** The price of an hour of one GPU of this model; undefined when none is known. */
export function modelPrice(model: string, own: Prices): number | undefined {
  return own[model] ?? gpuPrice(products[model] ?? model, own);
}

/** What an hour of all GPUs costs; undefined when a model has no price. */
export function hourlyPrice(nodes: readonly TraceNode[], own: Prices): number | undefined {
  let sum = 0;
  for (const { gpus, model } of nodes) {
    if (gpus === 0) continue;
    const price = modelPrice(model, own);
    if (price === undefined) return undefined;
    sum += gpus * price;
  }
  return sum;
}

/** The models for which there is no price. */
export function unpriced(nodes: readonly TraceNode[], own: Prices): string[] {
  const models = nodes.filter(({ gpus }) => gpus > 0).map(({ model }) => model);
  return [...new Set(models)].filter(model => modelPrice(model, own) === undefined).sort();
}
