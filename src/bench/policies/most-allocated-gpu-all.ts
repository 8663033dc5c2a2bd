/** MostAllocated with GPUs that count for every pod: packs CPU-only pods too where GPUs are taken. */
import { meanOfShares, mostAllocated as most } from './kube-shares.js';
import type { Policy } from './policy.js';

const weights = { cpu: 1, memory: 1, gpu: 5, isGpuAlwaysCounted: true };

/** What kube-scheduler cannot be configured to do: an extended resource counts only for pods that ask for it. */
export const mostAllocatedGpuAll: Policy = {
  name: 'most-allocated-gpu-all',
  summary: 'the same with GPUs counting for CPU-only pods too (not in kube-scheduler)',
  create: () => ({ score: (node, pod) => meanOfShares(node, pod, weights, most) }),
};
