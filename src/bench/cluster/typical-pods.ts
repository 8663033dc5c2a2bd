/** The typical pods of a workload: what fragmentation is measured by (FGD, USENIX ATC 2023, section 3). */
import type { PodShape } from '../trace/trace.js';

/** A kind of pod and its share among the typical ones. */
export interface TypicalPod {
  readonly cpuMilli: number;
  readonly gpus: number;
  readonly gpuMilli: number;
  readonly models: string;
  /** The shares sum to 1. */
  readonly share: number;
}

/** At least this share of all pods is of a typical kind. */
const covered = 0.95;

/**
 * The most frequent kinds of pods, the smallest number that covers 95 % of them. Kinds differ in CPU, GPU
 * thousandths, number of GPUs and models, not in memory. Among equally frequent kinds the larger go first.
 */
export function typicalPods(pods: readonly PodShape[]): TypicalPod[] {
  const counts = new Map<string, { readonly pod: PodShape; count: number }>();
  for (const pod of pods) {
    const key = `${pod.cpuMilli} ${pod.gpuMilli} ${pod.gpus} ${pod.models}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { pod, count: 1 });
    else known.count++;
  }
  const kinds = [...counts.values()].sort(
    ({ pod: a, count: countA }, { pod: b, count: countB }) =>
      countB - countA ||
      b.cpuMilli - a.cpuMilli ||
      b.gpuMilli - a.gpuMilli ||
      b.gpus - a.gpus ||
      (a.models < b.models ? 1 : -1),
  );
  let total = 0;
  let taken = 0;
  while (taken < kinds.length && total < covered * pods.length) total += kinds[taken++]?.count ?? 0;
  return kinds.slice(0, taken).map(({ pod, count }) => ({
    cpuMilli: pod.cpuMilli,
    gpus: pod.gpus,
    gpuMilli: pod.gpuMilli,
    models: pod.models,
    // Divided twice, as the authors do: the last bit of a share can turn a truncated score.
    share: count / pods.length / (total / pods.length),
  }));
}
