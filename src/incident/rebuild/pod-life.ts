/** A pod over time, as all sources together tell it. */

/** A pod over time. */
export interface PodLife {
  readonly namespace: string;
  readonly name: string;
  createdMs: number | undefined;
  scheduledMs: number | undefined;
  /** Deleted or ended: from then on it counts for no quota. */
  endedMs: number | undefined;
  node: string | undefined;
  /** `ReplicaSet scorer-6f9c7d5b84`. */
  owner: string | undefined;
  /** As quotas name them: `requests.nvidia.com/gpu`. */
  asks: Readonly<Record<string, number>> | undefined;
  /** A write bound it. */
  isBound: boolean;
}

/** A pod of which nothing is known yet. All have one shape, so that many take little room. */
export function newLife(namespace: string, name: string): PodLife {
  return {
    namespace,
    name,
    createdMs: undefined,
    scheduledMs: undefined,
    endedMs: undefined,
    node: undefined,
    owner: undefined,
    asks: undefined,
    isBound: false,
  };
}
