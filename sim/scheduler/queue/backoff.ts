/** How long a pod stays away after it failed. @upstream pkg/scheduler/backend/queue/backoff_queue.go */

/** The settings of the back-off. */
export interface BackoffOptions {
  /** How often in a row it failed. */
  readonly count: number;
  readonly initialSeconds: number;
  readonly maxSeconds: number;
}

/** 1, 2, 4, 8, 10, 10, ... seconds by default; none for a pod that did not fail. */
export function backoffSeconds({ count, initialSeconds, maxSeconds }: BackoffOptions): number {
  if (count === 0) return 0;
  return Math.min(initialSeconds * 2 ** (count - 1), maxSeconds);
}
