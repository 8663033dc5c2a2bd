/**
 * How kube-scheduler's NodeResourcesFit and NodeResourcesBalancedAllocation score, on numbers alone. GPUs
 * count as one resource, in thousandths, for pods that ask for some.
 * @upstream pkg/scheduler/framework/plugins/noderesources
 */
import type { NodeView } from '../cluster/bench-node.js';
import { gpuMilliOf, type PodShape } from '../trace/trace.js';

/** How much each resource counts. */
export interface ShareWeights {
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: number;
  /** Whether GPUs count for pods too that ask for none; for kube-scheduler no extended resource does. */
  readonly isGpuAlwaysCounted?: boolean;
}

/** What a container without requests counts as. @upstream pkg/scheduler/util/pod_resources.go */
const leastCpuMilli = 100;
const leastMemoryMib = 200;

/** The weighted mean of a score of each resource's use with the pod, in whole numbers. */
export function meanOfShares(
  node: NodeView,
  pod: PodShape,
  { cpu, memory, gpu, isGpuAlwaysCounted = false }: ShareWeights,
  score: (used: number, whole: number) => number,
): number {
  const isGpuCounted = isGpuAlwaysCounted || gpuMilliOf(pod) > 0;
  const gpuWhole = isGpuCounted ? node.gpuLeft.length * 1000 : 0;
  const gpuUsed = gpuWhole - node.gpuLeftTotal + gpuMilliOf(pod);
  const cpuUsed = node.cpuMilli - node.cpuLeft + Math.max(pod.cpuMilli, asked(pod, 'cpu'));
  const memoryUsed =
    node.memoryMib - node.memoryLeft + Math.max(pod.memoryMib, asked(pod, 'memory'));
  let sum = 0;
  let weights = 0;
  const add = (used: number, whole: number, weight: number): void => {
    if (whole === 0 || weight === 0) return;
    sum += score(used, whole) * weight;
    weights += weight;
  };
  add(cpuUsed, node.cpuMilli, cpu);
  add(memoryUsed, node.memoryMib, memory);
  add(gpuUsed, gpuWhole, gpu);
  return weights === 0 ? 0 : Math.trunc(sum / weights);
}

function asked(pod: PodShape, resource: 'cpu' | 'memory'): number {
  if (resource === 'cpu') return pod.cpuMilli === 0 ? leastCpuMilli : 0;
  return pod.memoryMib === 0 ? leastMemoryMib : 0;
}

/** LeastAllocated: what is left, in per cent. */
export function leastAllocated(used: number, whole: number): number {
  return used > whole ? 0 : Math.trunc(((whole - used) * 100) / whole);
}

/** MostAllocated: what is used, in per cent. */
export function mostAllocated(used: number, whole: number): number {
  return Math.trunc((Math.min(used, whole) * 100) / whole);
}

/** NodeResourcesBalancedAllocation of 1.36 on CPU and memory: better balanced with the pod than without. */
export function balancedAllocation(node: NodeView, pod: PodShape): number {
  if (pod.cpuMilli === 0 && pod.memoryMib === 0) return 0;
  const cpuUsed = node.cpuMilli - node.cpuLeft;
  const memoryUsed = node.memoryMib - node.memoryLeft;
  const balance = (cpu: number, memory: number): number => {
    const first = Math.min(1, cpu / node.cpuMilli);
    const second = Math.min(1, memory / node.memoryMib);
    return Math.trunc((1 - Math.abs((first - second) / 2)) * 100);
  };
  const after = balance(cpuUsed + pod.cpuMilli, memoryUsed + pod.memoryMib);
  return 50 + Math.trunc((50 + after - balance(cpuUsed, memoryUsed)) / 2);
}
