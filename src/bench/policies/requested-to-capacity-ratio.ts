/** RequestedToCapacityRatio: packs by GPU alone, with the shape that Kubernetes's documentation gives. */
import { gpuMilliOf } from '../trace/trace.js';
import { mostAllocated } from './kube-shares.js';
import type { Policy } from './policy.js';

/**
 * NodeResourcesFit with RequestedToCapacityRatio, shape 0 at 0 % and 10 at 100 %, GPUs counting five times
 * and CPU once; a resource that scores 0 does not count, and the mean is rounded.
 */
export const requestedToCapacityRatio: Policy = {
  name: 'requested-to-capacity-ratio',
  summary: 'NodeResourcesFit, RequestedToCapacityRatio of CPU and GPU (1 : 5), fuller is better',
  create: () => ({
    score(node, pod) {
      const whole = gpuMilliOf(pod) === 0 ? 0 : node.gpuLeft.length * 1000;
      const used = whole - node.gpuLeftTotal + gpuMilliOf(pod);
      const cpu = mostAllocated(node.cpuMilli - node.cpuLeft + pod.cpuMilli, node.cpuMilli);
      const gpu = whole === 0 ? 0 : mostAllocated(used, whole);
      const weights = (cpu > 0 ? 1 : 0) + (gpu > 0 ? 5 : 0);
      return weights === 0 ? 0 : Math.round((cpu + 5 * gpu) / weights);
    },
  }),
};
