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
  /** The part of it that was counted after faults, when laws do not judge: whoever measures or routes may be cut off too. */
  readonly afterFaults?: {
    readonly forMs: number;
    readonly offered: number;
    readonly failed: number;
    /** `node-down worker-1`. */
    readonly faults: readonly string[];
  };
}

const nothing = { offered: 0, finished: 0, failed: {} };
const nothingAfterFaults = { forMs: 0, offered: 0, failed: 0, faults: [] };

/** Sums up what was measured at the cluster's edge, by the names of the Services. */
export function serviceRequests(outcomes: readonly Outcome[]): readonly ServiceRequests[] {
  const sums = new Map<string, ServiceRequests>();
  for (const outcome of outcomes) {
    if (outcome.kind !== 'requests') continue;
    const { service, offered, finished, failed } = outcome;
    const before: Omit<ServiceRequests, 'service'> = sums.get(service) ?? nothing;
    const all = { ...before.failed };
    for (const [why, count] of Object.entries(failed)) all[why] = (all[why] ?? 0) + count;
    const afterFaults = withFault(before.afterFaults, outcome);
    sums.set(service, {
      service,
      offered: before.offered + offered,
      finished: before.finished + finished,
      failed: all,
      ...(afterFaults !== undefined && { afterFaults }),
    });
  }
  return [...sums.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
}

function withFault(
  before: ServiceRequests['afterFaults'],
  { afterFault, spanMs, offered, failed }: Extract<Outcome, { kind: 'requests' }>,
): ServiceRequests['afterFaults'] {
  if (afterFault === undefined) return before;
  const known = before ?? nothingAfterFaults;
  return {
    forMs: known.forMs + spanMs,
    offered: known.offered + offered,
    failed: Object.values(failed).reduce((sum, count) => sum + count, known.failed),
    faults: [...new Set([...known.faults, afterFault])],
  };
}
