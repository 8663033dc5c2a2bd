/** Columns that grow by rows. */
import type { LatencyHistogram } from '../../../sim/workloads/serving/histogram.js';
import type { OutcomeColumns } from './outcome.js';

/** The names of all columns, in the order in which they are told. */
export const columnNames = [
  'offered',
  'finished',
  'failed',
  'shed',
  'retried',
  'meanMs',
  'p50Ms',
  'p95Ms',
  'p99Ms',
  'replicas',
] as const;

/** The counts of a row. */
export interface RowCounts {
  readonly offered: number;
  readonly unmeasured: number;
  readonly failed: number;
  readonly shed: number;
  readonly retried: number;
  readonly replicas: number;
}

/** Columns while they are filled. */
export class ColumnsInMaking {
  private readonly arrays = new Map(columnNames.map(name => [name, new Float64Array(64)]));
  rows = 0;

  /** Rows of nothing, up to so many. */
  skipTo(rows: number): void {
    const none = { offered: 0, unmeasured: 0, failed: 0, shed: 0, retried: 0, replicas: 0 };
    while (this.rows < rows) this.push(none);
  }

  /** Ends a row; without latencies when nothing was finished. */
  push(row: RowCounts, latencies?: LatencyHistogram): void {
    const isKnown = row.unmeasured === 0;
    const quantile = (share: number): number =>
      (isKnown ? latencies?.quantile(share) : undefined) ?? NaN;
    const values: Readonly<Record<(typeof columnNames)[number], number>> = {
      ...row,
      finished: (latencies?.count ?? 0) + row.unmeasured,
      meanMs: (isKnown ? latencies?.meanMs() : undefined) ?? NaN,
      p50Ms: quantile(0.5),
      p95Ms: quantile(0.95),
      p99Ms: quantile(0.99),
    };
    for (const name of columnNames) this.put(name, values[name]);
    this.rows++;
  }

  /** The columns so far; they do not change any more. */
  columns(): OutcomeColumns {
    const entries = [...this.arrays].map(([name, array]) => [name, array.slice(0, this.rows)]);
    return Object.fromEntries(entries) as OutcomeColumns;
  }

  private put(name: (typeof columnNames)[number], value: number): void {
    let array = this.arrays.get(name) ?? new Float64Array(64);
    if (this.rows === array.length) {
      const wider = new Float64Array(array.length * 2);
      wider.set(array);
      array = wider;
      this.arrays.set(name, array);
    }
    array[this.rows] = value;
  }
}
