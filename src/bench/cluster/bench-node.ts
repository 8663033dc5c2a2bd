/** A node while a bench runs: what is left of it. Policies read it; only the cluster changes it. */
import type { PodShape } from '../trace/trace.js';

/** A node as policies see it. */
export interface NodeView {
  readonly model: string;
  readonly cpuMilli: number;
  readonly memoryMib: number;
  readonly cpuLeft: number;
  readonly memoryLeft: number;
  /** Thousandths left on each GPU. */
  readonly gpuLeft: Int32Array;
  /** The sum of them. */
  readonly gpuLeftTotal: number;
  /** How many GPU pods of each kind are on the node: `share-gpu`, `1-gpu`, `8-gpu`. */
  readonly kinds: ReadonlyMap<string, number>;
}

/** The kind of a GPU pod by which GpuClustering keeps pods together. */
export function clusteringKind({ gpus, gpuMilli }: PodShape): string {
  return gpuMilli < 1000 ? 'share-gpu' : `${gpus}-gpu`;
}

/** Whether the GPUs left hold what is asked for; the model is another matter. */
export function devicesSuffice(gpuLeft: Int32Array, { gpus, gpuMilli }: PodShape): boolean {
  let fitting = 0;
  if (gpus === 0) return true;
  for (let index = 0; index < gpuLeft.length; index++) {
    if ((gpuLeft[index] ?? 0) >= gpuMilli && ++fitting === gpus) return true;
  }
  return false;
}

/** Whether this model will do for a pod that wants one of `A|B`. */
export function modelSuits(model: string, wanted: string): boolean {
  return wanted === '' || wanted === model || wanted.split('|').includes(model);
}
