/** GpuClustering: pods of one kind on one node. */
import { clusteringKind } from '../cluster/bench-node.js';
import { openbMost, type Policy } from './policy.js';

/** The policy GpuClustering of ATC'23. @upstream kubernetes-scheduler-simulator pkg/simulator/plugin/gpu_clustering_score.go */
export const gpuClustering: Policy = {
  name: 'gpuclustering',
  published: '03-GpuClustering',
  summary: 'nodes that hold pods of the same kind (share, one GPU, two GPUs, ...) and no others',
  create: () => ({
    score({ gpuLeftTotal, kinds }, pod) {
      if (pod.gpus === 0) return 0;
      const used = openbMost.gpuMilli - gpuLeftTotal;
      const base = Math.max(0, Math.trunc((25 * used) / openbMost.gpuMilli));
      if (kinds.has(clusteringKind(pod))) return base + (kinds.size === 1 ? 75 : 50);
      return kinds.size === 0 ? base + 25 : base;
    },
  }),
};
