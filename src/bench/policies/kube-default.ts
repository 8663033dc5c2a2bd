/** kube-scheduler's default profile: LeastAllocated of CPU and memory, and BalancedAllocation. */
import { balancedAllocation, leastAllocated, meanOfShares } from './kube-shares.js';
import type { Policy } from './policy.js';

const weights = { cpu: 1, memory: 1, gpu: 0 };

/** The default profile: each plug-in has weight 1; the others say the same of all nodes of a trace. */
export const kubeDefault: Policy = {
  name: 'kube-default',
  summary: "kube-scheduler's default profile: least allocated CPU and memory, balanced",
  create: () => ({
    score: (node, pod) =>
      meanOfShares(node, pod, weights, leastAllocated) + balancedAllocation(node, pod),
  }),
};
