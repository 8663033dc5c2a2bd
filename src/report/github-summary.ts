/** The job summary of GitHub Actions: Markdown, with tables that a reader of a pull request looks at. */
import { comparisonTables } from './comparison.js';
import { gpuTable } from './gpu-table.js';
import { nodeGroupTable } from './node-group-table.js';
import { requestsTable } from './requests-table.js';
import { fenced, folded, inline, markdownTable } from './markdown.js';
import type { Reporter, RunOfScenario } from './reporter.js';
import { countText, nameOf, standingOf, troublesOf } from './standing.js';
import { storyLines } from './verdicts.js';

const marks = { passed: '✅', failed: '❌', interrupted: '⚠️', unfinished: '⚠️' } as const;

/** What is appended to the file that GITHUB_STEP_SUMMARY names. */
export const githubSummary: Reporter = ({ runs, seed, version }) => {
  const compared = comparisonTables(runs).flatMap(table => [markdownTable(table), '']);
  const head = [`## seatrial: ${countText(runs)}`, '', `seed ${seed}, seatrial ${version}`, ''];
  return `${[...head, ...runs.flatMap(runParts), ...compared].join('\n')}\n`;
};

function runParts(run: RunOfScenario): string[] {
  const troubles = troublesOf(run).map(({ file, line, title, message }) => {
    return `- **${inline(title)}** (\`${file}:${line}\`): ${inline(message)}`;
  });
  const stories = run.verdicts.flatMap(verdict => storyLines(verdict, run.startMs));
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
  const held = run.verdicts.filter(({ kind }) => kind === 'held').length;
  const passed = run.steps.filter(({ result }) => result === 'passed').length;
  return [
    `### ${marks[standingOf(run)]} ${inline(nameOf(run))}`,
    '',
    `${passed} of ${run.steps.length} steps passed; ${held} laws held.`,
    '',
    ...(troubles.length > 0 ? [...troubles, ''] : []),
    ...(stories.length > 0 ? folded('The stories of the broken laws', fenced(stories)) : []),
    ...(tables.length > 0 ? folded('Tables', tables.map(markdownTable).join('\n\n')) : []),
    ...(run.hints.length > 0 ? folded('Again, to the byte', fenced(run.hints)) : []),
  ];
}
