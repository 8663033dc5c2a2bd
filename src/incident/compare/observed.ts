/** What is compared of a recorded and a simulated history: both sides in the same words. */

/** A quantity over time: from each time on it was so, in the order of time. */
export type Steps = readonly (readonly [atMs: number, value: number])[];

/** A pod that was created. */
export interface PodLife {
  /** `Deployment`'s, `Job`'s or other owner's name, as the pod's name tells it. */
  readonly workload: string;
  readonly name: string;
  readonly createdMs: number;
  readonly boundMs?: number;
  readonly node?: string;
}

/** One side. */
export interface Observed {
  readonly fromMs: number;
  readonly toMs: number;
  /** Of workloads that were changed: by `Deployment namespace/name`. */
  readonly replicas: ReadonlyMap<string, Steps>;
  /** By `namespace/name resource`: what was used of a quota. */
  readonly quotas: ReadonlyMap<string, Steps>;
  readonly pods: readonly PodLife[];
  /** Creations of pods that were refused, by workload. */
  readonly refusals: readonly { readonly workload: string; readonly atMs: number }[];
  /** How often the cluster told a reason. */
  readonly reasons: ReadonlyMap<string, number>;
}

/** The workload of a pod by its name: without the ending of the pod, and the hash of its ReplicaSet. */
export function workloadOf(podName: string): string {
  const owner = podName.replace(/-[a-z0-9]{0,5}$/, '');
  return owner.replace(/-[a-f0-9bcdfghjklmnpqrstvwxz]{8,10}$/, '');
}

/** The value at a time; undefined before the first. */
export function valueAt(steps: Steps, atMs: number): number | undefined {
  return steps.findLast(([fromMs]) => fromMs <= atMs)?.[1];
}
