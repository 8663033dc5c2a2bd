/** The default reporter: for people, on a terminal. */
import { elapsed } from '../scenario/narrator.js';
import type { Reporter } from './reporter.js';

const marks = { passed: 'ok', failed: 'FAILED', skipped: 'skipped' } as const;

/** Steps with their results, then what may be done now. */
export const defaultReporter: Reporter = ({ runs, seed }) => {
  const lines: string[] = [];
  for (const run of runs) {
    lines.push('', `${run.scenario} (${run.file})`);
    for (const step of run.steps) {
      const time = step.result === 'skipped' ? '' : `  ${elapsed(step.durationMs)}`;
      lines.push(`  ${marks[step.result].padEnd(8)} ${step.title}${time}`);
      if (step.message !== undefined && step.result === 'failed') {
        lines.push(`           ${run.file}:${step.line}: ${step.message}`);
      }
    }
    const wall = (run.wallMs / 1000).toFixed(1);
    const digest = run.digest === undefined ? '' : `, digest ${run.digest}`;
    lines.push('', `  ${elapsed(run.durationMs)} of cluster time in ${wall} s${digest}`);
    lines.push(...run.hints.map(hint => `  ${hint}`));
  }
  const failed = runs.filter(run => run.steps.some(step => step.result === 'failed')).length;
  const passed = runs.filter(run => run.steps.every(step => step.result === 'passed')).length;
  const skipped = runs.length - passed - failed;
  const counts = [`${passed} passed`, `${failed} failed`];
  if (skipped > 0) counts.push(`${skipped} not finished`);
  lines.push('', `scenarios: ${counts.join(', ')} (seed ${seed})`, '');
  return lines.join('\n');
};
