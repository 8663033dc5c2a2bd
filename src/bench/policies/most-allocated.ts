/** MostAllocated: packs by CPU and memory. */
import { meanOfShares, mostAllocated as most } from './kube-shares.js';
import type { Policy } from './policy.js';

const weights = { cpu: 1, memory: 1, gpu: 0 };

/** NodeResourcesFit with MostAllocated of its default resources. */
export const mostAllocated: Policy = {
  name: 'most-allocated',
  summary: 'NodeResourcesFit, MostAllocated of CPU and memory',
  create: () => ({ score: (node, pod) => meanOfShares(node, pod, weights, most) }),
};
