/** What came of the payments' requests, Service by Service, as the laws hear of it. */
import type { Outcome } from '../../../laws/law.js';
import type { FailureReason } from '../../../traffic/flow/contract.js';
import type { SpanOutcome } from '../../../traffic/flow/outcome.js';

/** A gateway that is not there refuses; what no route carries, comes to no endpoint. */
const lawReasons: Readonly<Record<FailureReason, string>> = {
  'no gateway': 'refused',
  'no route': 'no endpoint',
  'denied by policy': 'denied by policy',
  refused: 'refused',
  reset: 'reset',
  'timed out': 'timed out',
  shed: 'shed',
};

/**
 * The outcomes, in the order of time.
 *
 * @param gateway The gateway's host: `NAME.NAMESPACE.svc...`. Routes lead to Services of its namespace.
 */
export function requestOutcomes(
  spans: readonly SpanOutcome[],
  gateway: { readonly host: string },
): readonly Outcome[] {
  const [name = '', namespace = ''] = gateway.host.split('.');
  return spans.map(({ startMs, endMs, revision, offered, finished, failures, capacity }) => ({
    kind: 'requests',
    timeMs: endMs,
    spanMs: endMs - startMs,
    service: `${namespace}/${revision === '' ? name : revision}`,
    offered,
    finished,
    failed: failed(failures),
    capacity: Math.round(capacity),
  }));
}

function failed(failures: SpanOutcome['failures']): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [reason, count] of Object.entries(failures)) {
    if (count === 0) continue;
    // The failures of a span are kept by the reasons of the flow.
    const name = lawReasons[reason as FailureReason];
    counts[name] = (counts[name] ?? 0) + count;
  }
  return counts;
}
