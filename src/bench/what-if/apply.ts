/** Applies a variant to what a bench runs on. */
import type { BenchInput } from '../run/task.js';
import type { Job } from '../timed/job.js';
import type { PodShape, Trace, TraceNode } from '../trace/trace.js';
import type { NodePool, Variant } from './variant.js';

const cpuMilliEach = 12_000;
const memoryMibEach = 96 * 1024;

/** The changed input; the given one is left as it is. */
export function applied({ trace, jobs }: BenchInput, variant: Variant): BenchInput {
  const { priorities = {}, sharing } = variant;
  const withPriority = <T extends { readonly namespace: string; readonly priority?: number }>(
    one: T,
  ): T => {
    const priority = priorities[one.namespace];
    return priority === undefined ? one : { ...one, priority };
  };
  const changed: Trace = {
    ...trace,
    nodes: nodesOf(trace.nodes, variant),
    pods: trace.pods.map(pod => shared(withPriority(pod), sharing)),
  };
  if (jobs === undefined) return { trace: changed };
  const own = jobs.map((job): Job => ({
    ...withPriority(job),
    pods: job.pods.map(pod => shared(pod, sharing)),
  }));
  return { trace: changed, jobs: own };
}

function nodesOf(nodes: readonly TraceNode[], variant: Variant): TraceNode[] {
  const { add = [], remove = [], mig = {} } = variant;
  const base = variant.nodes === undefined ? [...nodes] : poolNodes(variant.nodes, 'node');
  for (const { model, count } of remove) {
    for (let removed = 0; removed < count; removed++) {
      const last = base.findLastIndex(node => node.model === model);
      if (last >= 0) base.splice(last, 1);
    }
  }
  return [...base, ...poolNodes(add, 'added')].map(node => {
    const slices = mig[node.model];
    if (slices === undefined || node.gpus === 0) return node;
    return { ...node, sliceMilli: slices.map(slice => Math.floor((1000 * slice) / 7)) };
  });
}

function poolNodes(pools: readonly NodePool[], prefix: string): TraceNode[] {
  return pools.flatMap(({ count, gpus, model, cpuMilli, memoryMib }, pool) =>
    Array.from({ length: count }, (_, index) => ({
      name: `${prefix}-${pool}-${model.toLowerCase()}-${String(index).padStart(4, '0')}`,
      gpus,
      model,
      cpuMilli: cpuMilli ?? Math.max(1, gpus) * cpuMilliEach,
      memoryMib: memoryMib ?? Math.max(1, gpus) * memoryMibEach,
    })),
  );
}

/** A share of a GPU that is given in equal parts is rounded up to whole ones. */
function shared<T extends PodShape>(pod: T, parts: number | undefined): T {
  if (parts === undefined || pod.gpus !== 1 || pod.gpuMilli === 1000) return pod;
  const part = Math.floor(1000 / parts);
  const count = Math.ceil(pod.gpuMilli / part);
  return { ...pod, gpuMilli: count >= parts ? 1000 : count * part };
}
