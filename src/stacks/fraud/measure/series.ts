/** The time series of a run: a row for every quarter of an hour that is over. */
import type { TrafficExchange } from '../../../traffic/flow/contract.js';
import type { OutcomeColumns } from '../../../traffic/flow/outcome.js';
import type { Recorder } from './recorder.js';
import type { ScoreLog } from './score-log.js';

/** A row covers so much. */
export const rowMs = 900_000;
const hourMs = 3_600_000;

/** A value of the series; null: not known. */
export type Cell = number | string | null;

const flowColumns = ['offered', 'finished', 'failed', 'shed', 'retried'] as const;
const latencyColumns = ['p50Ms', 'p95Ms', 'p99Ms'] as const;

/** The columns of the series. */
export const seriesColumns: readonly string[] = [
  'time',
  ...flowColumns.map(name => `${name}_per_second`),
  'p50_ms',
  'p95_ms',
  'p99_ms',
  'replicas',
  'canary_percent',
  'drift_score',
  'estimated_average_precision',
  'average_precision_1h',
  'frauds_1h',
];

/** What the rows are made from. */
export interface SeriesSources {
  readonly exchange: TrafficExchange;
  readonly scores: ScoreLog;
  readonly recorder: Recorder;
}

/** Makes rows as they are over; each is given once. */
export class Series {
  private given = 0;
  /** All rows so far. */
  readonly rows: (readonly Cell[])[] = [];

  constructor(private readonly sources: SeriesSources) {}

  /** The rows since the last call. */
  next(): readonly (readonly Cell[])[] {
    const { series } = this.sources.exchange;
    if (this.given === series.rows) return [];
    const columns = series.columns();
    const fresh: (readonly Cell[])[] = [];
    for (; this.given < series.rows; this.given++) fresh.push(this.row(columns, this.given));
    this.rows.push(...fresh);
    return fresh;
  }

  private row(columns: OutcomeColumns, index: number): readonly Cell[] {
    const { exchange, scores, recorder } = this.sources;
    const fromMs = exchange.series.startMs + index * rowMs;
    const untilMs = fromMs + rowMs;
    const { averagePrecision, frauds } = scores.precision(untilMs - hourMs, untilMs);
    return [
      new Date(fromMs).toISOString(),
      ...flowColumns.map(name => rounded((columns[name][index] ?? 0) / (rowMs / 1000), 2)),
      ...latencyColumns.map(name => rounded(columns[name][index], 2)),
      columns.replicas[index] ?? null,
      recorder.canaryPercent,
      rounded(recorder.driftScore, 4),
      rounded(recorder.estimatedAp, 4),
      rounded(averagePrecision, 4),
      frauds,
    ];
  }
}

function rounded(value: number | undefined, digits: number): number | null {
  if (value === undefined || Number.isNaN(value)) return null;
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
