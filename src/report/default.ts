/** The default reporter: for people, on a terminal. */
import { elapsed } from '../scenario/narrator.js';
import { comparisonTables } from './comparison.js';
import { gpuTable } from './gpu-table.js';
import { hasFailed } from '../scenario/judgement.js';
import type { Reporter } from './reporter.js';
import { tableLines } from './text-table.js';
import { verdictLines } from './verdicts.js';

const marks = { passed: 'ok', failed: 'FAILED', skipped: 'skipped' } as const;

/** Steps with their results, then what may be done now. */
export const defaultReporter: Reporter = ({ runs, seed }) => {
  const lines: string[] = [];
  for (const run of runs) {
    const variant = run.variant === undefined ? '' : `, variant ${run.variant}`;
    lines.push('', `${run.scenario}${variant} (${run.file})`);
    for (const step of run.steps) {
      const time = step.result === 'skipped' ? '' : `  ${elapsed(step.durationMs)}`;
      lines.push(`  ${marks[step.result].padEnd(8)} ${step.title}${time}`);
      if (step.message !== undefined && step.result === 'failed') {
        lines.push(`           ${run.file}:${step.line}: ${step.message}`);
      }
    }
    const gpus = run.report === undefined ? undefined : gpuTable(run);
    for (const table of [...(run.report?.tables ?? []), ...(gpus === undefined ? [] : [gpus])]) {
      lines.push('', ...tableLines(table).map(line => `  ${line}`));
    }
    lines.push('', ...verdictLines(run).map(line => (line === '' ? '' : `  ${line}`)));
    const wall = (run.wallMs / 1000).toFixed(1);
    const digest = run.digest === undefined ? '' : `, digest ${run.digest}`;
    lines.push('', `  ${elapsed(run.durationMs)} of cluster time in ${wall} s${digest}`);
    if (run.folder !== undefined) {
      const isCut = run.isInterrupted ? ' (interrupted: what there was until then)' : '';
      lines.push(`  kept in:             ${run.folder}${isCut}`);
    }
    lines.push(...run.hints.map(hint => `  ${hint}`));
  }
  for (const table of comparisonTables(runs)) lines.push('', ...tableLines(table));
  const failed = runs.filter(hasFailed).length;
  const passed = runs.filter(
    run => !hasFailed(run) && run.steps.every(step => step.result === 'passed'),
  ).length;
  const skipped = runs.length - passed - failed;
  const counts = [`${passed} passed`, `${failed} failed`];
  if (skipped > 0) counts.push(`${skipped} not finished`);
  lines.push('', `scenarios: ${counts.join(', ')} (seed ${seed})`, '');
  return lines.join('\n');
};
