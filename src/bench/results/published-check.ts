/** Holds a bench to the published tables that lie beside the trace. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { policies } from '../policies/index.js';
import type { SetupReport } from '../report.js';
import { cellTolerance, publishedTables, readTable, worstCell } from './published-tables.js';

/** How far the runs are from the published ones. */
export interface PublishedCheck {
  readonly rows: number;
  readonly cells: number;
  readonly worst: number;
  /** Rows with a cell that is off by more than the last digit. */
  readonly off: readonly string[];
}

/** Compares what can be compared; undefined when no published row belongs to any run. */
export function checkPublished(
  folder: string,
  workload: string,
  setups: readonly SetupReport[],
): PublishedCheck | undefined {
  let rows = 0;
  let cells = 0;
  let worst = 0;
  const off: string[] = [];
  for (const [name, valuesOf] of Object.entries(publishedTables)) {
    const file = join(folder, 'expected', `${name}.csv`);
    if (!existsSync(file)) continue;
    const table = readTable(readFileSync(file, 'utf8')).filter(row => row.workload === workload);
    for (const { setup, runs } of setups) {
      const policy = policies.find(one => one.name === setup.policy);
      // The draws of a random policy are not those of the published runs.
      if (policy?.published === undefined || policy.drawsAlways === true) continue;
      if (setup.ties !== 'smallest-name') continue;
      for (const { seed, series } of runs) {
        const row = table.find(one => one.policy === policy.published && one.seed === seed);
        if (row === undefined || series === undefined) continue;
        const { difference, percentage, cells: own } = worstCell(row, valuesOf(series));
        rows++;
        cells += own;
        worst = Math.max(worst, difference);
        if (difference > cellTolerance) {
          off.push(
            `${name} ${setup.name} seed ${seed}: ${difference.toFixed(3)} at ${percentage} %`,
          );
        }
      }
    }
  }
  return rows === 0 ? undefined : { rows, cells, worst, off };
}

/** The check in words. */
export function publishedText({ rows, cells, worst, off }: PublishedCheck): string {
  const all = `${rows} published rows, ${cells.toLocaleString('en-US')} cells compared`;
  const far = `the largest difference is ${worst.toFixed(3)}`;
  if (off.length === 0) return `published results: ${all}; ${far}: all within ${cellTolerance}`;
  return [`published results: ${all}; ${far}: NOT REPRODUCED`, ...off].join('\n  ');
}
