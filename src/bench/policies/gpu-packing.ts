/** GpuPacking: GPUs in use first, then free GPUs of nodes in use, then idle nodes. */
import type { NodeView } from '../cluster/bench-node.js';
import type { PodShape } from '../trace/trace.js';
import type { Policy } from './policy.js';

/** The policy GpuPacking of ATC'23. @upstream kubernetes-scheduler-simulator pkg/simulator/plugin/gpu_packing_score.go */
export const gpuPacking: Policy = {
  name: 'gpupacking',
  published: '04-GpuPacking',
  summary: 'GPUs in use first, then free GPUs of nodes in use, then idle nodes',
  create: () => ({ score }),
};

/** Idle nodes score below 33, nodes in use from 33, GPUs in use from 50. */
function score({ gpuLeft }: NodeView, { gpus, gpuMilli }: PodShape): number {
  if (gpus === 0) return 0;
  const count = gpuLeft.length;
  if (gpuLeft.every(left => left === 1000)) return Math.max(33 - count, count);
  let taken = 0;
  let free = 0;
  let usedHundredths = 0;
  for (const left of gpuLeft.slice().sort()) {
    if (left < gpuMilli) continue;
    if (left === 1000) free++;
    usedHundredths += Math.trunc((left * 100) / 1000);
    if (++taken === gpus) break;
  }
  if (free > 0) return Math.max(50 - free, 33);
  return Math.max(100 - Math.trunc(usedHundredths / 10), 50);
}
