/** LeastAllocated with GPUs: spreads. */
import { leastAllocated as least, meanOfShares } from './kube-shares.js';
import type { Policy } from './policy.js';

const weights = { cpu: 1, memory: 1, gpu: 1 };

/** NodeResourcesFit with LeastAllocated of CPU, memory and GPU. */
export const leastAllocated: Policy = {
  name: 'least-allocated',
  summary: 'NodeResourcesFit, LeastAllocated of CPU, memory and GPU (1 : 1 : 1)',
  create: () => ({ score: (node, pod) => meanOfShares(node, pod, weights, least) }),
};
