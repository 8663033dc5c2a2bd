/** A bench as text for a terminal: a table for each group of figures, then what was shown and what not. */
import { tableLines } from '../../report/text-table.js';
import type { ReportTable } from '../../stacks/stack.js';
import type { BenchReport, SetupReport, WorkloadReport } from '../report.js';
import type { FigureGroup, FigureKind } from './figures.js';
import { publishedText } from './published-check.js';
import { estimate } from './statistics.js';

/** The whole report. */
export function benchText(report: BenchReport): string {
  const blocks = report.workloads.flatMap(workload => [
    heading(report, workload),
    ...figureTables(report, workload).map(table => tableLines(table).join('\n')),
    comparisonBlock(report, workload),
    speedBlock(workload),
    workload.notes.join('\n'),
    workload.published === undefined ? '' : publishedText(workload.published),
  ]);
  return `${blocks.filter(block => block !== '').join('\n\n')}\n`;
}

/** The tables of a workload: a row for each setup, mean and half of the 95 % interval in each cell. */
export function figureTables(report: BenchReport, { setups }: WorkloadReport): ReportTable[] {
  return report.groups.flatMap(({ title, kinds }: FigureGroup) => {
    const told = kinds.filter(kind =>
      setups.some(({ runs }) => runs.some(({ figures }) => figures[kind.key] !== undefined)),
    );
    if (told.length === 0) return [];
    return [
      {
        title,
        columns: ['', ...told.map(({ label }) => label)],
        rows: setups.map(own => [own.setup.name, ...told.map(kind => cell(own, kind))]),
      },
    ];
  });
}

/** A figure over the seeds: `93.12 ±0.08`. */
export function cell({ runs }: SetupReport, kind: FigureKind): string {
  const values = runs.flatMap(({ figures }) => figures[kind.key] ?? []);
  if (values.length === 0) return '-';
  const { mean, half } = estimate(values);
  const text = mean.toFixed(kind.digits);
  return half === undefined ? text : `${text} ±${half.toFixed(kind.digits)}`;
}

function heading({ arrival, seeds }: BenchReport, workload: WorkloadReport): string {
  const { name, nodes, gpus, pods } = workload;
  const count = (value: number): string => value.toLocaleString('en-US');
  const size =
    nodes === 0
      ? `${count(pods)} requests in the log`
      : `${count(nodes)} nodes, ${count(gpus)} GPUs, ${count(pods)} pods in the trace`;
  const interval =
    seeds.length > 1
      ? `mean ± half of the 95 % interval over ${seeds.length} seeds`
      : 'one seed only: no spread can be told';
  return `${name}: ${size}\n${arrival}; seeds ${seedText(seeds)}; ties: ${tiesText(workload)}\n${interval}`;
}

/** Which of equal nodes is taken: `random`, or `random (a, b), smallest-name (c)`. */
export function tiesText({ setups }: WorkloadReport): string {
  const rules = [...new Set(setups.map(({ setup }) => setup.ties))];
  const own = (rule: string): string =>
    setups.flatMap(({ setup }) => (setup.ties === rule ? setup.name : [])).join(', ');
  if (rules.length === 1) return rules[0] ?? '';
  return rules.map(rule => `${rule} (${own(rule)})`).join(', ');
}

/** `42-46`, or `1, 5, 9`. */
export function seedText(seeds: readonly number[]): string {
  const [first = 0] = seeds;
  const isRange = seeds.length > 1 && seeds.every((seed, index) => seed === first + index);
  return isRange ? `${first}-${seeds.at(-1) ?? first}` : seeds.join(', ');
}

function comparisonBlock({ groups }: BenchReport, { comparisons }: WorkloadReport): string {
  const keys = [...new Set(comparisons.map(({ kind }) => kind.key))];
  return keys
    .map(key => {
      const own = comparisons.filter(({ kind }) => kind.key === key);
      const group = groups.find(({ kinds }) => kinds.some(kind => kind.key === key));
      const title = `${group?.title ?? ''}: ${own[0]?.kind.label ?? ''}`;
      return [title, ...own.map(({ sentence }) => `  ${sentence}`)].join('\n');
    })
    .join('\n\n');
}

function speedBlock({ setups }: WorkloadReport): string {
  const rates = setups.map(({ setup, runs }) => {
    const pods = runs.reduce((sum, run) => sum + run.pods, 0);
    const tookMs = runs.reduce((sum, run) => sum + run.tookMs, 0);
    return `${setup.name} ${Math.round((pods / tookMs) * 1000).toLocaleString('en-US')}`;
  });
  return `pods (or requests) a second on this machine: ${rates.join(', ')}`;
}
