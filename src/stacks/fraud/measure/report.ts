/** What a run of the fraud platform reports: tables for people, figures to compare, all of it as data. */
import type { TrafficExchange } from '../../../traffic/flow/contract.js';
import type { ComparedFigure, ReportTable, StackReport } from '../../stack.js';
import type { Training } from './cluster-watch.js';
import { clockTime, count, duration, milliseconds, number, percent } from './figures.js';
import type { TimedAlert } from './recorder.js';
import type { DriftRecovery, RecoveryReport } from './recovery.js';
import type { ScoreLog } from './score-log.js';
import { rowMs } from './series.js';

/** What the report is made from. */
export interface ReportSources {
  readonly exchange: TrafficExchange;
  readonly recovery: RecoveryReport;
  readonly trainings: readonly Training[];
  readonly scores: ScoreLog;
  readonly nowMs: number;
  readonly sampleEvery: number;
  readonly alerts: readonly TimedAlert[];
}

const hourMs = 3_600_000;
const rowsPerHour = hourMs / rowMs;

/** Makes the report. */
export function fraudReport(sources: ReportSources): StackReport {
  const { recovery, trainings, exchange, scores } = sources;
  const hours = hoursOf(sources);
  return {
    tables: [
      trafficTable(sources),
      hoursTable(hours, sources.sampleEvery),
      ...(recovery.drifts.length > 0 ? [driftTable(recovery)] : []),
      stepsTable(recovery),
      trainingsTable(trainings),
      ...(sources.alerts.length > 0 ? [alertsTable(sources.alerts)] : []),
    ],
    comparison: comparison(sources, hours),
    data: {
      traffic: exchange.snapshot().totals,
      hours,
      recovery,
      trainings,
      alerts: sources.alerts,
      scoredByVersion: Object.fromEntries(
        [...scores.byVersion].sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    },
  };
}

/** One hour of a run. */
interface Hour {
  readonly startMs: number;
  readonly offeredPerSecond: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly unanswered: number;
  readonly replicas: number;
  readonly averagePrecision: number | undefined;
  readonly frauds: number;
}

function hoursOf({ exchange, scores }: ReportSources): readonly Hour[] {
  const columns = exchange.series.columns();
  const hours = exchange.series.hours().map(({ startMs, latencies }, hour) => {
    const rows = Array.from({ length: rowsPerHour }, (_, index) => hour * rowsPerHour + index);
    const sum = (column: Float64Array): number =>
      rows.reduce((total, row) => total + (column[row] ?? 0), 0);
    const full = rows.filter(row => row < exchange.series.rows);
    const { averagePrecision, frauds } = scores.precision(startMs, startMs + hourMs);
    return {
      startMs,
      offeredPerSecond: sum(columns.offered) / Math.max(1, (full.length * rowMs) / 1000),
      p50Ms: latencies.quantile(0.5),
      p99Ms: latencies.quantile(0.99),
      unanswered: sum(columns.failed) + sum(columns.shed),
      replicas: full.reduce((most, row) => Math.max(most, columns.replicas[row] ?? 0), 0),
      averagePrecision,
      frauds,
    };
  });
  // The last requests are answered in the hour after the last that offers any.
  return hours.filter(({ offeredPerSecond, unanswered }) => offeredPerSecond > 0 || unanswered > 0);
}

function trafficTable({ exchange, sampleEvery }: ReportSources): ReportTable {
  const { totals } = exchange.snapshot();
  const { offered, finished, failed, shed, dropped, retried, failures } = totals;
  const reasons = Object.entries(failures).filter(([, times]) => times > 0);
  const { latencies } = exchange.series;
  return {
    title: 'Traffic',
    columns: ['requests', 'answered', 'failed', 'shed', 'dropped', 'retried', 'p50', 'p95', 'p99'],
    rows: [
      [
        count(offered),
        percent(finished, offered),
        count(failed),
        count(shed),
        count(dropped),
        count(retried),
        ...[0.5, 0.95, 0.99].map(share => milliseconds(latencies.quantile(share))),
      ],
    ],
    notes: [
      'latencies run from the intended start of a request',
      ...(reasons.length > 0
        ? [`not answered: ${reasons.map(([why, times]) => `${count(times)} ${why}`).join(', ')}`]
        : []),
      `every ${count(sampleEvery)}th request carries a payment that a real model scores`,
    ],
  };
}

function hoursTable(hours: readonly Hour[], sampleEvery: number): ReportTable {
  return {
    title: 'By hour',
    columns: ['hour', 'requests/s', 'p50', 'p99', 'unanswered', 'replicas', 'AP', 'frauds'],
    rows: hours.map(hour => [
      clockTime(hour.startMs),
      count(hour.offeredPerSecond),
      milliseconds(hour.p50Ms),
      milliseconds(hour.p99Ms),
      count(hour.unanswered),
      count(hour.replicas),
      number(hour.averagePrecision, 3),
      count(hour.frauds),
    ]),
    notes: [
      `AP: average precision against the truth, of the payments sampled (one in ${count(sampleEvery)})`,
      'replicas: the most of the hour that took requests',
    ],
  };
}

function driftTable({ drifts, falseAlarms, toldOnly }: RecoveryReport): ReportTable {
  return {
    title: 'Drift and recovery',
    columns: [
      'injected',
      'drift',
      'detected after',
      'by',
      'retrainings',
      'GPU wait',
      'promoted after',
      'AP before',
      'during',
      'after',
    ],
    rows: drifts.map(drift => [
      clockTime(drift.injectedMs),
      drift.kind,
      duration(drift.detectionDelayMs),
      drift.detectedBy ?? '-',
      count(drift.retrainings.length),
      duration(drift.retrainings[0]?.gpuWaitMs),
      duration(drift.recoveryMs),
      number(drift.before.averagePrecision, 3),
      number(drift.during.averagePrecision, 3),
      number(drift.after?.averagePrecision, 3),
    ]),
    notes: [
      `false alarms: ${falseAlarms.length}; changes of inputs and alerts that were only told: ${toldOnly.length}`,
      'AP before: since the drift before it, or the start; during: until the promotion, or the end',
    ],
  };
}

function stepsTable({ drifts }: RecoveryReport): ReportTable {
  const steps = drifts.flatMap(drift => drift.steps);
  return {
    title: 'Models in service',
    columns: ['time', 'version', 'what', 'traffic', 'candidate AP', 'champion AP'],
    rows: steps.map(({ timeMs, version, what, percent: share, candidate, champion }) => [
      clockTime(timeMs),
      version,
      what,
      `${share} %`,
      number(candidate?.value, 3),
      number(champion?.value, 3),
    ]),
  };
}

function trainingsTable(trainings: readonly Training[]): ReportTable {
  return {
    title: 'Trainings',
    columns: ['job', 'created', 'GPUs', 'GPU wait', 'ran', 'version'],
    rows: trainings.map(training => {
      const { job, createdMs, scheduledMs, finishedMs, gpus, version, isFailed } = training;
      const waitMs = scheduledMs === undefined ? undefined : scheduledMs - createdMs;
      const ranMs =
        scheduledMs === undefined || finishedMs === undefined
          ? undefined
          : finishedMs - scheduledMs;
      return [
        job,
        clockTime(createdMs),
        count(gpus),
        duration(waitMs),
        duration(ranMs),
        isFailed === true ? 'failed' : (version ?? '-'),
      ];
    }),
  };
}

function alertsTable(alerts: readonly TimedAlert[]): ReportTable {
  return {
    title: 'alerts',
    columns: ['at', 'alert', 'state', 'what'],
    rows: alerts.map(({ timeMs, name, state, text }) => [clockTime(timeMs), name, state, text]),
    notes: ['as Prometheus evaluated its rules over what it had scraped'],
  };
}

function comparison(
  { exchange, recovery, scores, nowMs }: ReportSources,
  hours: readonly Hour[],
): readonly ComparedFigure[] {
  const { latencies, startMs } = exchange.series;
  const { offered, finished } = exchange.snapshot().totals;
  const columns = exchange.series.columns();
  const replicaRows = columns.replicas.reduce((sum, replicas) => sum + replicas, 0);
  const [first] = recovery.drifts;
  const retraining = first?.retrainings.find(({ version }) => version !== undefined);
  return [
    { name: 'answered', unit: '%', value: offered === 0 ? undefined : (finished / offered) * 100 },
    { name: 'latency p99', unit: 'ms', value: latencies.quantile(0.99) },
    {
      name: 'worst hour p99',
      unit: 'ms',
      value: most(hours.map(({ p99Ms }) => p99Ms)),
    },
    { name: 'scorer replica-hours', unit: 'h', value: (replicaRows * rowMs) / hourMs },
    { name: 'average precision', value: scores.precision(startMs, nowMs).averagePrecision },
    {
      name: 'average precision, last 6 h',
      value: scores.precision(nowMs - 6 * hourMs, nowMs).averagePrecision,
    },
    ...delays(first, retraining?.registeredMs),
    { name: 'retrainings', value: recovery.retrainings },
    { name: 'false alarms', value: recovery.falseAlarms.length },
  ];
}

function delays(
  first: DriftRecovery | undefined,
  registeredMs: number | undefined,
): readonly ComparedFigure[] {
  const minutes = (ms: number | undefined) => (ms === undefined ? undefined : ms / 60_000);
  const promotedMs = first?.promotedMs;
  const deploymentMs =
    promotedMs === undefined || registeredMs === undefined ? undefined : promotedMs - registeredMs;
  return [
    { name: 'drift to detection', unit: 'min', value: minutes(first?.detectionDelayMs) },
    { name: 'wait for GPUs', unit: 'min', value: minutes(first?.retrainings[0]?.gpuWaitMs) },
    { name: 'deployment, registered to promoted', unit: 'min', value: minutes(deploymentMs) },
    { name: 'drift to recovery', unit: 'min', value: minutes(first?.recoveryMs) },
  ];
}

function most(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce<number | undefined>(
    (max, value) => (value === undefined || (max ?? -Infinity) > value ? max : value),
    undefined,
  );
}
