/**
 * When counters began, where their samples tell it: Prometheus' feature `use-start-timestamps`.
 *
 * @upstream promql/functions.go: `isStartTimestampReset`, `checkStartTimeOverlap`
 */
import type { Window } from './value.js';

/** When a sample was taken, and since when it has counted, where it is told. */
export interface Started {
  readonly timeMs: number;
  readonly startMs?: number;
}

/** Whether a counter began anew between two samples. */
export function isRestarted(sample: Started, before: Started): boolean {
  const { startMs = 0, timeMs } = sample;
  // One that starts when it is taken does not know its start.
  if (startMs === 0 || startMs >= timeMs || startMs < before.timeMs) return false;
  if (startMs > before.timeMs) return true;
  // It goes on from the one before: a difference, if that one knows its own start.
  const { startMs: startBefore = 0, timeMs: timeBefore } = before;
  return startBefore !== 0 && startBefore < timeBefore;
}

/** Whether a sample claims to have begun within the time of the one before, which began at another time. */
export function isOverlapping(sample: Started, before: Started): boolean {
  const { startMs = 0 } = sample;
  return startMs !== 0 && startMs < before.timeMs && startMs !== (before.startMs ?? 0);
}

/** When the first sample of a range began, if that is within the range. */
export function beginningWithin(
  first: Started | undefined,
  { fromMs }: Window,
): number | undefined {
  const startMs = first?.startMs ?? 0;
  return first !== undefined && startMs > fromMs && startMs !== 0 && startMs < first.timeMs
    ? startMs
    : undefined;
}
