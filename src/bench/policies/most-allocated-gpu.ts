/** MostAllocated with GPUs: packs, above all by GPU. */
import { meanOfShares, mostAllocated as most } from './kube-shares.js';
import type { Policy } from './policy.js';

const weights = { cpu: 1, memory: 1, gpu: 5 };

/** NodeResourcesFit with MostAllocated where GPUs count five times. */
export const mostAllocatedGpu: Policy = {
  name: 'most-allocated-gpu',
  summary: 'NodeResourcesFit, MostAllocated of CPU, memory and GPU (1 : 1 : 5)',
  create: () => ({ score: (node, pod) => meanOfShares(node, pod, weights, most) }),
};
