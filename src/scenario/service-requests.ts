/** What came of the requests to each Service over a run. */
import type { Outcome } from '../laws/law.js';

/** The requests to one Service. */
export interface ServiceRequests {
  /** `namespace/name`. */
  readonly service: string;
  readonly offered: number;
  readonly finished: number;
  /** By reason: `reset`, `refused`, `no endpoint`, `timed out`, `shed`, `dropped by network policies`. */
  readonly failed: Readonly<Record<string, number>>;
  /** For so long after faults nobody counted: who measures may be cut off too. In milliseconds. */
  readonly uncountedMs: number;
}

const nothing = { offered: 0, finished: 0, failed: {}, uncountedMs: 0 };

/** Sums up what was measured at the cluster's edge, by the names of the Services. */
export function serviceRequests(outcomes: readonly Outcome[]): readonly ServiceRequests[] {
  const sums = new Map<string, ServiceRequests>();
  const countedTo = new Map<string, number>();
  for (const outcome of outcomes) {
    if (outcome.kind !== 'requests') continue;
    const { service, offered, finished, failed } = outcome;
    const before = sums.get(service) ?? nothing;
    const fromMs = outcome.timeMs - outcome.spanMs;
    const gapMs = fromMs - (countedTo.get(service) ?? fromMs);
    countedTo.set(service, outcome.timeMs);
    const all = { ...before.failed };
    for (const [why, count] of Object.entries(failed)) all[why] = (all[why] ?? 0) + count;
    sums.set(service, {
      service,
      offered: before.offered + offered,
      finished: before.finished + finished,
      failed: all,
      uncountedMs: before.uncountedMs + Math.max(0, gapMs),
    });
  }
  return [...sums.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
}
