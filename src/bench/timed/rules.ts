/** The rules by which jobs wait and run: gangs, quotas, priorities, re-packing. What a what-if may change. */

/** How much a namespace may hold. */
export interface QuotaRules {
  /** GPUs by namespace; namespaces that are not named have none. */
  readonly gpus: Readonly<Record<string, number>>;
  /** Whether what others leave of their quota may be used, as in a cohort of Kueue. Default false. */
  readonly borrowing?: boolean;
  /** Whether jobs on borrowed GPUs are stopped when the owner wants them back. Default false. */
  readonly reclaim?: boolean;
}

/** Re-packing: moving pods off a node to make room for a waiting one. */
export interface RepackRules {
  /** Not more often than this, in seconds. */
  readonly everySeconds: number;
  /** Pods moved at most each time. */
  readonly movesMax: number;
  /** How long a moved job stands still, in seconds. */
  readonly pauseSeconds: number;
}

/** All rules. */
export interface TimedRules {
  /** Whether a gang is placed whole or not at all; else pod by pod. Default true. */
  readonly gangs?: boolean;
  /** Whether nothing overtakes the first that waits. Default false: whatever fits goes. */
  readonly strict?: boolean;
  readonly quota?: QuotaRules;
  /** Whether jobs of higher priority stop lower ones. Default false. */
  readonly preemption?: boolean;
  /** Whether a stopped job goes on where it was; else it begins again. Default false. */
  readonly resumes?: boolean;
  readonly repack?: RepackRules;
}
