/** The allocation policies, in the order in which they are told. */
import { bestFit } from './best-fit.js';
import { dotProd } from './dot-prod.js';
import { fgd } from './fgd.js';
import { gpuClustering } from './gpu-clustering.js';
import { gpuPacking } from './gpu-packing.js';
import { kubeDefault } from './kube-default.js';
import { leastAllocated } from './least-allocated.js';
import { mostAllocatedGpuAll } from './most-allocated-gpu-all.js';
import { mostAllocatedGpu } from './most-allocated-gpu.js';
import { mostAllocated } from './most-allocated.js';
import type { Policy } from './policy.js';
import { randomNode } from './random-node.js';
import { requestedToCapacityRatio } from './requested-to-capacity-ratio.js';

/** All policies: those of ATC'23 first, then what kube-scheduler can be configured to do. */
export const policies: readonly Policy[] = [
  randomNode,
  dotProd,
  gpuClustering,
  gpuPacking,
  bestFit,
  fgd,
  kubeDefault,
  leastAllocated,
  mostAllocated,
  mostAllocatedGpu,
  mostAllocatedGpuAll,
  requestedToCapacityRatio,
];
