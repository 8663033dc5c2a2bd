/** The outcome of traffic for other tools: CSV rows, vegeta's JSON report, k6's summary. */
import { rfc3339 } from '../../../sim/api/time.js';
import { columnNames } from './columns.js';
import type { FailureReason } from './contract.js';
import type { FlowTotals, OutcomeColumns, OutcomeSeries } from './outcome.js';

/** The rows as CSV: one for all traffic (`all`) and one for each revision a minute. */
export function outcomeCsv(series: OutcomeSeries): string {
  const tables: readonly (readonly [string, OutcomeColumns])[] = [
    ['all', series.columns()],
    ...series.revisions(),
  ];
  const lines = [['time', 'revision', ...columnNames].join(',')];
  for (let row = 0; row < series.rows; row++) {
    const time = rfc3339(series.startMs + row * series.rowMs);
    for (const [name, columns] of tables) {
      const values = columnNames.map(column => cell(columns[column][row]));
      lines.push([time, name, ...values].join(','));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** What is not known is left empty. */
function cell(value = NaN): string {
  if (Number.isNaN(value)) return '';
  return Number.isInteger(value) ? String(value) : value.toFixed(3);
}

/** What the client sees of a failure: the gateway's answer, or none at all. */
const statusCodes: Readonly<Record<FailureReason, string>> = {
  'no gateway': '0',
  'no route': '500',
  'denied by policy': '504',
  refused: '503',
  reset: '503',
  'timed out': '504',
  shed: '503',
};

const nanosPerMs = 1e6;

/**
 * As `vegeta report -type=json` tells it, in nanoseconds; of what the simulation does not know (sizes)
 * it says nothing. Latencies are of answered requests, and absent where some were reckoned per batch.
 */
export function vegetaReport(
  series: OutcomeSeries,
  totals: FlowTotals,
  untilMs: number,
): Readonly<Record<string, unknown>> {
  const { latencies, startMs } = series;
  const durationMs = untilMs - startMs;
  const nanos = (ms: number | undefined) => Math.round((ms ?? 0) * nanosPerMs);
  const codes: Record<string, number> = {};
  const count = (code: string, more: number): void => {
    if (more > 0) codes[code] = (codes[code] ?? 0) + more;
  };
  count('200', totals.finished);
  const failures = Object.entries(totals.failures) as [FailureReason, number][];
  for (const [reason, failed] of failures) count(statusCodes[reason], failed);
  return {
    ...(totals.unmeasured === 0 && {
      latencies: {
        total: nanos(latencies.sumMs),
        mean: nanos(latencies.meanMs()),
        '50th': nanos(latencies.quantile(0.5)),
        '90th': nanos(latencies.quantile(0.9)),
        '95th': nanos(latencies.quantile(0.95)),
        '99th': nanos(latencies.quantile(0.99)),
        max: nanos(latencies.maxMs),
        min: nanos(latencies.count === 0 ? 0 : latencies.minMs),
      },
    }),
    earliest: rfc3339(startMs),
    latest: rfc3339(untilMs),
    end: rfc3339(untilMs),
    duration: nanos(durationMs),
    requests: totals.started,
    rate: perSecond(totals.started, durationMs),
    throughput: perSecond(totals.finished, durationMs),
    success: share(totals.finished, totals.started),
    status_codes: codes,
    errors: failures.filter(([, failed]) => failed > 0).map(([reason]) => reason),
  };
}

/** As k6's end-of-test summary names it, in milliseconds. */
export function k6Summary(
  series: OutcomeSeries,
  totals: FlowTotals,
  untilMs: number,
): Readonly<Record<string, unknown>> {
  const { latencies, startMs } = series;
  const durationMs = untilMs - startMs;
  const counted = (value: number) => ({ count: value, rate: perSecond(value, durationMs) });
  return {
    metrics: {
      ...(totals.unmeasured === 0 &&
        latencies.count > 0 && {
          http_req_duration: {
            avg: latencies.meanMs(),
            min: latencies.minMs,
            med: latencies.quantile(0.5),
            max: latencies.maxMs,
            'p(90)': latencies.quantile(0.9),
            'p(95)': latencies.quantile(0.95),
          },
        }),
      http_req_failed: { value: share(totals.failed + totals.shed, totals.started) },
      http_reqs: counted(totals.started),
      iterations: counted(totals.finished + totals.failed + totals.shed),
      dropped_iterations: counted(totals.dropped),
    },
  };
}

function perSecond(count: number, durationMs: number): number {
  return durationMs > 0 ? (count * 1000) / durationMs : 0;
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
