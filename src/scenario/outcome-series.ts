/** What was measured at a cluster's edge as rows of time: where no stack measures, reports draw these. */
import type { Outcome } from '../laws/law.js';
import type { Logbook, SeriesTable } from './logbook.js';
import type { RunFolder } from './run-folder.js';

/** As long as a span of the traffic to Services. */
const spanMs = 30_000;
/** Of more Services than this only the sums are told. */
const servicesMax = 4;

type Requests = Extract<Outcome, { kind: 'requests' }>;

/** Notes the rows down, unless a stack has measured. */
export function noteOutcomes(
  outcomes: readonly Outcome[],
  span: Span,
  [logbook, folder]: readonly [Logbook, RunFolder | undefined],
): void {
  if (logbook.series.rows.length > 0) return;
  const { columns, rows } = outcomeSeries(outcomes, span);
  logbook.measured(columns, rows);
  folder?.series(columns, rows);
}

interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** The rows; none where nothing was measured. Each begins a span, in milliseconds since the epoch. */
export function outcomeSeries(outcomes: readonly Outcome[], { startMs, endMs }: Span): SeriesTable {
  const requests = outcomes.filter(one => one.kind === 'requests');
  const accesses = outcomes.filter(one => one.kind === 'access');
  const connections = outcomes.filter(one => one.kind === 'connection');
  const columns: [string, Counter][] = [
    ...trafficColumns(requests),
    ...counted('refused by the API server_accesses', accesses, ({ code }) => code === 403),
    ...counted('granted_connections', connections, ({ result }) => result === 'connected'),
    ...counted(
      'without an answer_connections',
      connections,
      ({ result }) => result !== 'connected',
    ),
  ];
  if (columns.length === 0) return { columns: [], rows: [] };
  const rows: (number | null)[][] = [];
  for (let fromMs = startMs; fromMs < endMs; fromMs += spanMs) {
    const untilMs = Math.min(fromMs + spanMs, endMs);
    rows.push([fromMs, ...columns.map(([, count]) => count(fromMs, untilMs))]);
  }
  return { columns: ['time', ...columns.map(([name]) => name)], rows };
}

/** Drawn where it is so: no law judges what is counted then. */
const afterFaults = 'offered after a fault, judged by no law_per_second';

/** What a column says of a span; null where nothing is known. */
type Counter = (fromMs: number, untilMs: number) => number | null;

function trafficColumns(requests: readonly Requests[]): [string, Counter][] {
  if (requests.length === 0) return [];
  const services = [...new Set(requests.map(({ service }) => service))].sort();
  const failed = (one: Requests): number =>
    Object.values(one.failed).reduce((sum, count) => sum + count, 0);
  const troubled = requests.filter(({ afterFault }) => afterFault !== undefined);
  const each = services.length > 1 && services.length <= servicesMax ? services : [];
  return [
    ['offered_per_second', rate(requests, ({ offered }) => offered)],
    ['answered_per_second', rate(requests, ({ finished }) => finished)],
    ['without an answer_per_second', rate(requests, failed)],
    ...(troubled.length === 0
      ? []
      : [[afterFaults, rate(troubled, ({ offered }) => offered)] satisfies [string, Counter]]),
    ...each.map((service): [string, Counter] => [
      `answered by ${service}_per_second`,
      rate(
        requests.filter(one => one.service === service),
        ({ finished }) => finished,
      ),
    ]),
    ...services
      .slice(0, servicesMax)
      .map((service): [string, Counter] => [
        `${service}_load`,
        loadOf(requests.filter(one => one.service === service)),
      ]),
  ];
}

/** A measured span counts where its middle lies. */
function within<T extends Requests>(
  requests: readonly T[],
  fromMs: number,
  untilMs: number,
): readonly T[] {
  return requests.filter(one => {
    const middleMs = one.timeMs - one.spanMs / 2;
    return middleMs >= fromMs && middleMs < untilMs;
  });
}

function rate(requests: readonly Requests[], of: (one: Requests) => number): Counter {
  return (fromMs, untilMs) => {
    const own = within(requests, fromMs, untilMs);
    if (own.length === 0) return null;
    return own.reduce((sum, one) => sum + (of(one) * 1_000) / one.spanMs, 0);
  };
}

/** Offered requests as a percentage of those that the ready replicas can serve. */
function loadOf(requests: readonly Requests[]): Counter {
  return (fromMs, untilMs) => {
    const own = within(requests, fromMs, untilMs);
    const capacity = own.reduce((sum, one) => sum + one.capacity, 0);
    if (capacity === 0 || !Number.isFinite(capacity)) return null;
    return (100 * own.reduce((sum, { offered }) => sum + offered, 0)) / capacity;
  };
}

function counted<T extends { readonly timeMs: number }>(
  name: string,
  all: readonly T[],
  isCounted: (one: T) => boolean,
): [string, Counter][] {
  const own = all.filter(isCounted);
  if (own.length === 0) return [];
  const between: Counter = (fromMs, untilMs) =>
    own.filter(({ timeMs }) => timeMs >= fromMs && timeMs < untilMs).length;
  return [[name, between]];
}
