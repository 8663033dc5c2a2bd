/** The default reporter: for people, on a terminal. */
import { elapsed } from '../scenario/narrator.js';
import { comparisonTables } from './comparison.js';
import { gpuTable } from './gpu-table.js';
import { nodeGroupTable } from './node-group-table.js';
import { plain, type Paint } from './paint.js';
import type { Reporter, RunOfScenario } from './reporter.js';
import { countText, nameOf } from './standing.js';
import { requestsTable } from './requests-table.js';
import { tableLines } from './text-table.js';
import { verdictLines } from './verdicts.js';

const marks = { passed: 'ok', failed: 'FAILED', skipped: 'skipped' } as const;

/** Steps with their results, then what may be done now. */
export const defaultReporter: Reporter = (report, paint = plain) => {
  const lines = report.runs.flatMap(run => runLines(run, paint));
  return `${[...lines, ...closingLines(report, paint)].join('\n')}\n`;
};

/** A run: its steps, tables and laws, and how to see it again. */
export function runLines(run: RunOfScenario, paint: Paint): string[] {
  return [
    ...stepLines(run, paint),
    ...tableLinesOf(run),
    '',
    ...verdictLines(run).map(line => paintedVerdict(line === '' ? '' : `  ${line}`, paint)),
    ...endLines(run, paint),
  ];
}

/** The name of the run, and its steps with what came of them. */
export function stepLines(run: RunOfScenario, paint: Paint): string[] {
  const byResult = { passed: paint.good, failed: paint.bad, skipped: paint.warn } as const;
  const steps = run.steps.flatMap(({ title, result, durationMs, line, message }) => {
    const time = result === 'skipped' ? '' : paint.quiet(`  ${elapsed(durationMs)}`);
    const told = `  ${byResult[result](marks[result].padEnd(8))} ${title}${time}`;
    if (message === undefined || result !== 'failed') return [told];
    return [
      told,
      ...`${run.file}:${line}: ${message}`.split('\n').map(text => `           ${text}`),
    ];
  });
  return ['', `${paint.strong(nameOf(run))} (${run.file})`, ...steps];
}

/** The tables of the stack and of node groups, and that of the GPUs where there are any of these. */
export function tableLinesOf(run: RunOfScenario): string[] {
  const isTold = run.report !== undefined || run.nodeGroups !== undefined;
  const gpus = isTold ? gpuTable(run) : undefined;
  const requests = requestsTable(run);
  const groups = nodeGroupTable(run);
  const tables = [
    ...(run.report?.tables ?? []),
    ...(requests === undefined ? [] : [requests]),
    ...(groups === undefined ? [] : [groups]),
    ...(gpus === undefined ? [] : [gpus]),
  ];
  return tables.flatMap(table => ['', ...tableLines(table).map(line => `  ${line}`)]);
}

/** How long it took, where it is kept, and what may be done now. */
export function endLines(run: RunOfScenario, paint: Paint): string[] {
  const wall = (run.wallMs / 1000).toFixed(1);
  const digest = run.digest === undefined ? '' : `, digest ${run.digest}`;
  const cut = run.isInterrupted ? ' (interrupted: what there was until then)' : '';
  return [
    '',
    `  ${elapsed(run.durationMs)} of cluster time in ${wall} s${digest}`,
    ...(run.folder === undefined ? [] : [`  kept in:             ${run.folder}${cut}`]),
    ...run.hints.map(hint => paint.quiet(`  ${hint}`)),
  ];
}

/** Variants side by side, and how many runs passed. */
export function closingLines({ runs, seed }: Parameters<Reporter>[0], paint: Paint): string[] {
  const compared = comparisonTables(runs).flatMap(table => ['', ...tableLines(table)]);
  const counts = countText(runs);
  const isGood = !/[1-9]\d* (failed|not finished)/.test(counts);
  const told = isGood ? paint.good(counts) : paint.bad(counts);
  return [...compared, '', `scenarios: ${told} (seed ${seed})`];
}

/** The lines of verdicts come laid out: only the lines of what is broken get a colour. */
function paintedVerdict(line: string, paint: Paint): string {
  return /^ {2}BROKEN |^ {2}\S+ +BROKEN /.test(line) ? paint.bad(line) : line;
}
