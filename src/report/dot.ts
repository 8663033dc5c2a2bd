/** The dot reporter: a sign for each step and each law that judged, then what is wrong. */
import { plain } from './paint.js';
import type { Reporter, RunOfScenario } from './reporter.js';
import { countText, troublesOf } from './standing.js';

const stepSigns = { passed: '.', failed: 'F', skipped: 's' } as const;
const lawSigns = { held: '.', broken: 'F', inconclusive: '?', vacuous: '' } as const;
const width = 72;

/** `.....F...`, and nothing of what went well. */
export const dotReporter: Reporter = ({ runs, seed }, paint = plain) => {
  const signs = runs.map(signsOf).join('');
  const rows = signs.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
  const troubles = runs.flatMap(troublesOf).map(({ file, line, title, message }) => {
    return `${paint.bad('FAILED')} ${file}:${line} ${title}\n  ${message}`;
  });
  return `${[...rows, ...troubles, `${countText(runs)} (seed ${seed})`].join('\n')}\n`;
};

function signsOf({ steps, verdicts }: RunOfScenario): string {
  const told = steps.map(({ result }) => stepSigns[result]);
  return [...told, ...verdicts.map(({ kind }) => lawSigns[kind])].join('');
}
