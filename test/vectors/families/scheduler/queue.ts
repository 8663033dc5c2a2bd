/** The queue in virtual time. */

/** A case of `queue`. */
export interface QueueCase {
  readonly id: string;
  readonly startMs: number;
}

/** Runs the operations; tells the first that differs. */
export function replayQueue(_each: QueueCase): string | undefined {
  return 'not replayed yet';
}
