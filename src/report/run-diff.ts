/** Compares two runs: figures, steps, verdicts, tables' data and measurements. Real time is not compared. */
import type { RunOfScenario } from './reporter.js';
import { figuresOf } from './comparison.js';
import type { ReportTable } from '../stacks/stack.js';

/** Something that one run has otherwise than the other. */
export interface Difference {
  readonly part: 'history' | 'step' | 'law' | 'figure' | 'series';
  readonly name: string;
  /** As each run has it; undefined where it has it not. */
  readonly one: string | undefined;
  readonly other: string | undefined;
  /** Of numbers: how much more the other has. */
  readonly change?: string;
}

type Shown = ReadonlyMap<string, string | number | undefined>;

/** All differences, in a fixed order; none when the runs came out alike. */
export function runDiff(one: RunOfScenario, other: RunOfScenario): readonly Difference[] {
  const parts: readonly (readonly [Difference['part'], (run: RunOfScenario) => Shown])[] = [
    ['history', ({ digest }) => new Map([['digest', digest]])],
    ['step', ({ steps }) => new Map(steps.map(({ title, result }) => [title, result]))],
    ['law', lawsOf],
    ['figure', shownFigures],
    ['series', seriesOf],
  ];
  return parts.flatMap(([part, read]) => differences(part, read(one), read(other)));
}

function differences(part: Difference['part'], one: Shown, other: Shown): Difference[] {
  const names = [...new Set([...one.keys(), ...other.keys()])];
  return names.flatMap(name => {
    const [left, right] = [one.get(name), other.get(name)];
    if (left === right) return [];
    const told = { part, name, one: textOf(left), other: textOf(right) };
    const isNumeric = typeof left === 'number' && typeof right === 'number';
    return [isNumeric ? { ...told, change: changeText(left, right) } : told];
  });
}

function lawsOf({ verdicts }: RunOfScenario): Shown {
  return new Map(
    verdicts.map(verdict => [
      verdict.law,
      verdict.kind === 'broken' ? `broken (${verdict.breachCount})` : verdict.kind,
    ]),
  );
}

function shownFigures(run: RunOfScenario): Shown {
  const named = figuresOf(run).map(({ name, unit, value }) => {
    return [unit === undefined ? name : `${name}, ${unit}`, value] as const;
  });
  return new Map([['cluster time, s', run.durationMs / 1000], ...named]);
}

/** The mean, the least and the greatest of each column that was measured. */
function seriesOf({ record }: RunOfScenario): Shown {
  const { columns = [], rows = [] } = record?.series ?? {};
  const shown = new Map<string, number | undefined>();
  for (const [index, column] of columns.entries()) {
    if (index === 0) continue;
    const values = rows.flatMap(row => {
      const value = row[index];
      return typeof value === 'number' ? [value] : [];
    });
    if (values.length === 0) continue;
    shown.set(`${column} rows`, values.length);
    shown.set(`${column} mean`, values.reduce((sum, value) => sum + value, 0) / values.length);
    shown.set(`${column} least`, Math.min(...values));
    shown.set(`${column} greatest`, Math.max(...values));
  }
  return shown;
}

function textOf(value: string | number | undefined): string | undefined {
  if (typeof value !== 'number') return value;
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  return String(Number(value.toPrecision(6)));
}

function changeText(one: number, other: number): string {
  const by = other - one;
  const sign = by > 0 ? '+' : '';
  const share = one === 0 ? '' : ` (${sign}${((100 * by) / Math.abs(one)).toFixed(1)} %)`;
  return `${sign}${Number(by.toPrecision(4))}${share}`;
}

/** The differences as a table. */
export function diffTable(title: string, all: readonly Difference[]): ReportTable {
  return {
    title,
    columns: ['part', 'what', 'one', 'other', 'change'],
    rows: all.map(({ part, name, one = '-', other = '-', change = '' }) => {
      return [part, name, one, other, change];
    }),
  };
}
