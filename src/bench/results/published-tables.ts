/** Tables in the layout of the authors' results, and how far a run is from them. */
import type { Series } from '../run/arrival-series.js';

/** A row of a table: the cells 0, 1, 2, ... hold the arrival percentages. */
export interface PublishedRow {
  readonly workload: string;
  readonly policy: string;
  readonly seed: number;
  /** By percentage. */
  readonly cells: readonly number[];
}

/** The tables, by file name without `.csv`, and which series each holds. */
export const publishedTables: Readonly<Record<string, (series: Series) => readonly number[]>> = {
  alloc_by_arrival: ({ allocated }) => allocated,
  frag_of_total_by_arrival: ({ fragmentedOfTotal }) => fragmentedOfTotal,
  frag_ratio_by_arrival: ({ fragmentedOfFree }) => fragmentedOfFree,
};

/** Two cells agree within this: the last of two digits may be rounded either way. */
export const cellTolerance = 0.011;

/** Reads a table of this layout. */
export function readTable(text: string): PublishedRow[] {
  const [head = '', ...lines] = text.trim().split('\n');
  const header = head.split(',').map(name => name.trim());
  const first = header.indexOf('0');
  const place = (name: string): number => header.indexOf(name);
  return lines.map(line => {
    const cells = line.split(',');
    return {
      workload: cells[place('workload')] ?? '',
      policy: cells[place('sc_policy')] ?? '',
      seed: Number(cells[place('seed')]),
      cells: cells.slice(first).map(cell => (cell.trim() === '' ? NaN : Number(cell))),
    };
  });
}

/** A run as the tables name it. */
export interface PublishedRun {
  readonly workload: string;
  /** The policy, as `06-FGD`. */
  readonly published: string;
  readonly tune: number;
  readonly seed: number;
  readonly capacityMilli: number;
  readonly series: Series;
}

/** Writes one table; rows in the order of the results. */
export function writeTable(name: string, results: readonly PublishedRun[]): string {
  const of = publishedTables[name];
  const hasTotal = name === 'alloc_by_arrival';
  const rows = results.map(result => of?.(result.series) ?? []);
  const most = Math.max(0, ...rows.map(({ length }) => length));
  const percentages = Array.from({ length: most }, (_, index) => index);
  const head = ['workload', 'sc_policy', 'tune', 'seed', ...(hasTotal ? ['total_gpus'] : [])];
  const lines = results.map((result, index) => {
    const total = hasTotal ? [result.capacityMilli / 1000] : [];
    const { workload, published, tune, seed } = result;
    const cells = percentages.map(percentage => rows[index]?.[percentage] ?? '');
    return [workload, published, tune, seed, ...total, ...cells].join(',');
  });
  return `${[[...head, ...percentages].join(','), ...lines].join('\n')}\n`;
}

/** The largest difference between a row and a series, and where it is. */
export function worstCell(
  row: PublishedRow,
  values: readonly number[],
): { readonly difference: number; readonly percentage: number; readonly cells: number } {
  let difference = 0;
  let percentage = 0;
  let cells = 0;
  for (const [place, published] of row.cells.entries()) {
    if (Number.isNaN(published)) continue;
    cells++;
    const own = Math.abs(published - (values[place] ?? Infinity));
    if (own <= difference) continue;
    difference = own;
    percentage = place;
  }
  return { difference, percentage, cells };
}
