/** The JSON Lines reporter: an object a line, for `jq`, log pipelines and databases. */
import type { Reporter, RunOfScenario } from './reporter.js';
import { standingOf } from './standing.js';

/** A line for each step and each verdict, then one for each run, and one for all. */
export const jsonLinesReporter: Reporter = ({ runs, ...report }) => {
  const lines = runs.flatMap(linesOf);
  const { seed, backend, version } = report;
  const counts = {
    runs: runs.length,
    failed: runs.filter(run => standingOf(run) === 'failed').length,
  };
  const last = { type: 'report', version, seed, backend, ...counts };
  return [...lines, last].map(line => `${JSON.stringify(line)}\n`).join('');
};

function linesOf(run: RunOfScenario): readonly object[] {
  const { scenario, variant, file, durationMs, wallMs, digest, folder } = run;
  const which = { scenario, ...(variant !== undefined && { variant }) };
  return [
    ...run.steps.map(step => ({ type: 'step', ...which, file, ...step })),
    ...run.verdicts.map(verdict => ({ type: 'verdict', ...which, ...verdict })),
    { type: 'run', ...which, file, result: standingOf(run), durationMs, wallMs, digest, folder },
  ];
}
