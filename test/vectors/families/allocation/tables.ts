/** The published tables, their means, and the failures by class. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  cellTolerance,
  publishedTables,
  readTable,
  worstCell,
  type PublishedRow,
} from '../../../../src/bench/results/published-tables.js';
import { readText } from '../../files.js';
import type { AllocationCase, Traces } from './folder.js';
import type { InflationResult } from '../../../../src/bench/run/inflation.js';
import type { Runs } from './runs.js';

const random = '01-Random';

interface RowKey {
  readonly workload: string;
  readonly policy: string;
  readonly seed: number;
}

const keyOf = ({ workload, policy, seed }: RowKey): string => `${workload}.${policy}.seed${seed}`;

/** A case for each run that a table or the failures have a row of. */
export function* tableCases({ folder }: Traces, runs: Runs): Iterable<AllocationCase> {
  const tables = Object.keys(publishedTables).flatMap(name => {
    const file = join(folder, 'expected', `${name}.csv`);
    return existsSync(file) ? [{ name, rows: readTable(readText(file)) }] : [];
  });
  const failures = failureRows(folder);
  const all: readonly RowKey[] = [...tables.flatMap(({ rows }) => rows), ...failures];
  const keys = new Map(all.map(row => [keyOf(row), row]));
  for (const [key, { workload, policy, seed }] of keys) {
    if (policy === random) continue;
    yield {
      id: `expected/${key}`,
      replay() {
        const run = runs.run(workload, policy, seed);
        if (run === undefined) return { skipped: `no openb/${workload}.csv, or no such policy` };
        for (const { name, rows } of tables) {
          const row = rows.find(one => keyOf(one) === key);
          const problem = row && cellProblem(name, row, run);
          if (problem !== undefined) return { failed: problem };
        }
        const wanted = failures.find(one => keyOf(one) === key);
        const problem = wanted && failureProblem(wanted.cells, run);
        return problem === undefined ? undefined : { failed: problem };
      },
    };
  }
}

function cellProblem(name: string, row: PublishedRow, result: InflationResult): string | undefined {
  const { difference, percentage } = worstCell(row, publishedTables[name]?.(result.series) ?? []);
  if (difference <= cellTolerance) return undefined;
  return `${name} at ${percentage} % is off by ${difference.toFixed(4)}`;
}

/** Cells: events, failed, failed_cpu, failed_share, failed_one, failed_multi, allocated_gpu_milli. */
function failureRows(folder: string): (RowKey & { readonly cells: readonly number[] })[] {
  const file = join(folder, 'expected', 'failed_pods.csv');
  if (!existsSync(file)) return [];
  const [, ...lines] = readText(file).trim().split('\n');
  return lines.map(line => {
    const [workload = '', policy = '', seed = '', ...cells] = line.split(',');
    return { workload, policy, seed: Number(seed), cells: cells.map(Number) };
  });
}

function failureProblem(wanted: readonly number[], result: InflationResult): string | undefined {
  const { cpu, share, one, multi } = result.failed;
  const failed = cpu + share + one + multi;
  const own = [result.events, failed, cpu, share, one, multi, result.allocatedMilli];
  if (own.every((value, index) => value === wanted[index])) return undefined;
  return `failures ${own.join(',')}, not ${wanted.join(',')}`;
}

const tableOfMetric: Readonly<Record<string, string>> = {
  alloc_pct: 'alloc_by_arrival',
  frag_of_total_pct: 'frag_of_total_by_arrival',
  frag_ratio_pct: 'frag_ratio_by_arrival',
};

/** The first of the published seeds. */
const firstSeed = 42;

/** A case for each row of means and standard deviations over the seeds from 42 on. */
export function* summaryCases({ folder }: Traces, runs: Runs): Iterable<AllocationCase> {
  const file = join(folder, 'expected', 'summary.csv');
  if (!existsSync(file)) return;
  const [head = '', ...lines] = readText(file).trim().split('\n');
  const columns = head.split(',').slice(4);
  for (const line of lines) {
    const [workload = '', policy = '', metric = '', count = '', ...cells] = line.split(',');
    yield {
      id: `summary/${workload}.${policy}.${metric}`,
      replay() {
        const table = publishedTables[tableOfMetric[metric] ?? ''];
        if (table === undefined) return { skipped: `no metric ${metric}` };
        const all = Array.from({ length: Number(count) }, (_, index) =>
          runs.run(workload, policy, firstSeed + index),
        );
        const made = all.flatMap(run => (run === undefined ? [] : [table(run.series)]));
        if (made.length < all.length) return { skipped: `no openb/${workload}.csv` };
        return summaryProblem({
          columns,
          cells: cells.map(Number),
          made,
          isRandom: policy === random,
        });
      },
    };
  }
}

function summaryProblem({
  columns,
  cells,
  made,
  isRandom,
}: {
  readonly columns: readonly string[];
  readonly cells: readonly number[];
  readonly made: readonly (readonly number[])[];
  readonly isRandom: boolean;
}): { readonly failed: string } | undefined {
  for (const [index, column] of columns.entries()) {
    const [what, percentage = ''] = column.split('_');
    const wanted = cells[index] ?? NaN;
    const values = made.map(series => series[Number(percentage)] ?? NaN);
    const { mean, deviation } = moments(values);
    const own = what === 'mean' ? mean : deviation;
    if (isRandom && what !== 'mean') continue;
    // Two means of so many seeds each, drawn apart.
    const spread = Math.max(deviation, cells[index + 1] ?? 0) * Math.sqrt(2 / values.length);
    const most = isRandom ? 4 * spread + cellTolerance : cellTolerance;
    if (!(Math.abs(own - wanted) <= most)) {
      return { failed: `${column} is ${own.toFixed(3)}, not ${wanted}` };
    }
  }
  return undefined;
}

function moments(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}
