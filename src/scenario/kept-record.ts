/** Reads back what a kept run noted over time: `timeline.jsonl` and `series.csv`. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes, UserError } from '../input/errors.js';
import type { LogEntry, RunRecord, SeriesTable } from './logbook.js';

/**
 * The record of the run in a folder; undefined when it was kept by a version that kept none. The last
 * line of a killed run may be torn: it is left out.
 *
 * @throws UserError when a file is damaged elsewhere.
 */
export function keptRecord(path: string): RunRecord | undefined {
  const file = join(path, 'timeline.jsonl');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const log = lines.flatMap((line, index) => {
    if (line === '') return [];
    try {
      return [JSON.parse(line) as LogEntry];
    } catch {
      if (index === lines.length - 1) return [];
      throw damaged(file, index + 1);
    }
  });
  return { log, series: keptSeries(join(path, 'series.csv')) };
}

function damaged(file: string, line: number): UserError {
  return new UserError(`${file}:${line}: not a line of JSON`, {
    exitCode: exitCodes.usage,
    code: 'damaged-run',
    next: 'delete the folder of this run, or run it again',
  });
}

function keptSeries(file: string): SeriesTable {
  if (!existsSync(file)) return { columns: [], rows: [] };
  const [columns = [], ...rows] = readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(cellsOf);
  const full = rows.filter(row => row.length === columns.length);
  return { columns, rows: full.map(row => row.map(valueOf)) };
}

/** The cells of a line, as the run folder writes them: quoted where a comma or a quote is in them. */
function cellsOf(line: string): string[] {
  const cells = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...cells].map(([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain);
}

function valueOf(text: string): number | string | null {
  if (text === '') return null;
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
}
