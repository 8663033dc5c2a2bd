/** The family of fraud data: the published data set of the Fraud Detection Handbook, figure by figure. */
import { createHash } from 'node:crypto';
import { deepEqual } from '../../../sim/api/equality.js';
import { dayMs, hourOf } from '../../../src/traffic/calendar.js';
import { publishedHandbook } from '../../../src/traffic/handbook/settings.js';
import { handbookSplit } from '../../../src/traffic/handbook/split.js';
import { HandbookStream } from '../../../src/traffic/handbook/stream.js';
import type { TransactionBlock } from '../../../src/traffic/transaction.js';
import type { CaseResult, ReplayOptions, VectorFamily } from '../family.js';
import { readText, vectorFiles } from '../files.js';

/** Holds a data set that is generated once to each of the figures. */
export const fraud: VectorFamily = {
  name: 'fraud',
  *replay(folder: string, options: ReplayOptions): Iterable<CaseResult> {
    for (const path of vectorFiles(folder, '.json')) {
      const reference = JSON.parse(readText(path)) as Readonly<Record<string, unknown>>;
      const keys = Object.keys(reference).filter(id => options.id?.test(id) !== false);
      const measured = keys.some(key => key in figures) ? measure() : undefined;
      for (const id of keys) yield caseOf(id, reference[id], measured);
    }
  },
};

function caseOf(id: string, expected: unknown, measured: Measured | undefined): CaseResult {
  const figure = figures[id];
  if (figure === undefined || measured === undefined) {
    return { id, result: 'skipped', reason: untold[id] ?? 'no replay of this figure' };
  }
  const found = figure(measured);
  const isEqual =
    typeof expected === 'number' && typeof found === 'number'
      ? Math.abs(found - expected) <= 1e-12 * Math.abs(expected)
      : deepEqual(found, expected);
  if (isEqual) return { id, result: 'passed' };
  return { id, result: 'failed', reason: difference(found, expected) };
}

/** Keys that are no figure of the data. */
const untold: Readonly<Record<string, string>> = {
  dataset: 'says what the file is',
  canonical: 'says how canonicalSha256 is written',
  first5Columns: 'names the columns of first5',
  columnsPublished: 'names the columns of publishedTest and publishedTrain',
  publishedTest: 'figures of models of other libraries: the tests of src/models hold ours to them',
  publishedTrain: 'figures of models of other libraries: the tests of src/models hold ours to them',
};

/** What is found out in one pass over the data. */
interface Measured {
  rows: number;
  frauds: number;
  sum: number;
  max: number;
  readonly scenarios: number[];
  readonly hours: number[];
  readonly daily: number[][];
  readonly first5: number[][];
  printed: unknown;
  sha256: string;
  /** Rows and frauds from 25 July to 14 August. */
  readonly weeks: number[];
}

const figures: Readonly<Record<string, (measured: Measured) => unknown>> = {
  rows: ({ rows }) => rows,
  frauds: ({ frauds }) => frauds,
  fraudRate: ({ frauds, rows }) => frauds / rows,
  printed: ({ printed }) => printed,
  finalScenarioCounts: ({ scenarios }) => ({ ...scenarios }),
  canonicalSha256: ({ sha256 }) => sha256,
  amountMean: ({ sum, rows }) => sum / rows / 100,
  amountMax: ({ max }) => max / 100,
  hourHistogram: ({ hours }) => hours,
  first5: ({ first5 }) => first5,
  daily: ({ daily }) => ({
    columns: ['day', 'transactions', 'frauds', 'fraudCards'],
    rows: daily,
  }),
  trainTest: ({ weeks: [rows, frauds] }) => ({
    train: 'days 115-121 (2018-07-25..31)',
    test: 'days 129-135 minus known compromised cards',
    rows25Jul14Aug: rows,
    frauds25Jul14Aug: frauds,
    ...splitFigures(),
  }),
};

function splitFigures(): Readonly<Record<string, number>> {
  const { train, test } = handbookSplit();
  const frauds = (labels: Uint8Array): number => labels.reduce((sum, label) => sum + label, 0);
  return {
    trainRows: train.rows,
    trainFrauds: frauds(train.labels),
    testRows: test.rows,
    testFrauds: frauds(test.labels),
  };
}

function measure(): Measured {
  const stream = new HandbookStream();
  const hash = createHash('sha256');
  const all: Measured = {
    rows: 0,
    frauds: 0,
    sum: 0,
    max: 0,
    scenarios: [0, 0, 0, 0],
    hours: Array.from({ length: 24 }, () => 0),
    daily: [],
    first5: [],
    printed: undefined,
    sha256: '',
    weeks: [0, 0],
  };
  for (const block of stream) {
    addDay(all, block);
    hash.update(canonical(block));
  }
  const { scenario1, scenario2, scenario3 } = stream.marked;
  all.printed = { scenario1, scenario2, scenario3 };
  all.sha256 = hash.digest('hex');
  return all;
}

function addDay(all: Measured, block: TransactionBlock): void {
  const cards = new Set<number>();
  const day = all.daily.length;
  let frauds = 0;
  for (let row = 0; row < block.count; row++) {
    const { seconds, customer, terminal, cents, scenario } = rowOf(block, row);
    if (all.first5.length < 5) all.first5.push([customer, terminal, cents, seconds]);
    all.scenarios[scenario] = (all.scenarios[scenario] ?? 0) + 1;
    const hour = hourOf(seconds * 1000);
    all.hours[hour] = (all.hours[hour] ?? 0) + 1;
    all.sum += cents;
    all.max = Math.max(all.max, cents);
    if (scenario === 0) continue;
    frauds++;
    cards.add(customer);
  }
  all.rows += block.count;
  all.frauds += frauds;
  all.daily.push([day, block.count, frauds, cards.size]);
  if (day < firstDay || day > lastDay) return;
  all.weeks[0] = (all.weeks[0] ?? 0) + block.count;
  all.weeks[1] = (all.weeks[1] ?? 0) + frauds;
}

const firstDay = (Date.UTC(2018, 6, 25) - publishedHandbook.startMs) / dayMs;
const lastDay = (Date.UTC(2018, 7, 14) - publishedHandbook.startMs) / dayMs;

interface Row {
  readonly seconds: number;
  readonly customer: number;
  readonly terminal: number;
  readonly cents: number;
  readonly scenario: number;
}

const rowOf = (block: TransactionBlock, row: number): Row => ({
  seconds: ((block.timeMs[row] ?? 0) - publishedHandbook.startMs) / 1000,
  customer: block.customer[row] ?? 0,
  terminal: block.terminal[row] ?? 0,
  cents: Math.round((block.amount[row] ?? 0) * 100),
  scenario: block.scenario[row] ?? 0,
});

/** A day's rows, sorted by seconds, customer, terminal and cents, a line each. */
function canonical(block: TransactionBlock): string {
  return Array.from({ length: block.count }, (_, row) => rowOf(block, row))
    .sort(
      (a, b) =>
        a.seconds - b.seconds ||
        a.customer - b.customer ||
        a.terminal - b.terminal ||
        a.cents - b.cents,
    )
    .map(one => `${one.seconds},${one.customer},${one.terminal},${one.cents},${one.scenario}\n`)
    .join('');
}

/** Where two figures differ first: of lists of rows the row. */
function difference(found: unknown, expected: unknown): string {
  const rowsOf = (value: unknown): readonly unknown[] | undefined =>
    Array.isArray(value) ? value : (value as { readonly rows?: readonly unknown[] }).rows;
  const wanted = rowsOf(expected);
  const given = rowsOf(found);
  const at = wanted?.findIndex((row, index) => !deepEqual(row, given?.[index])) ?? -1;
  if (at < 0) return `${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`;
  return `row ${at}: ${JSON.stringify(given?.[at])}, expected ${JSON.stringify(wanted?.[at])}`;
}
