/** The job summary of GitHub Actions: Markdown, with tables that a reader of a pull request looks at. */
import type { ReportTable } from '../stacks/stack.js';
import { comparisonTables } from './comparison.js';
import { gpuTable } from './gpu-table.js';
import type { Reporter, RunOfScenario } from './reporter.js';
import { countText, nameOf, standingOf, troublesOf } from './standing.js';
import { numericColumns } from './text-table.js';
import { storyLines } from './verdicts.js';

const marks = { passed: '✅', failed: '❌', interrupted: '⚠️', unfinished: '⚠️' } as const;
const rowsMax = 40;

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
  const gpus = run.report === undefined ? undefined : gpuTable(run);
  const tables = [...(run.report?.tables ?? []), ...(gpus === undefined ? [] : [gpus])];
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

function folded(title: string, body: string): string[] {
  return ['<details>', `<summary>${title}</summary>`, '', body, '', '</details>', ''];
}

/** A fence longer than any run of ticks in it. */
function fenced(lines: readonly string[]): string {
  const text = lines.join('\n').trim();
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

function markdownTable(table: ReportTable): string {
  const { title, columns, rows, notes = [] } = table;
  const isNumeric = numericColumns(table);
  const line = (cells: readonly string[]): string => `| ${cells.map(inline).join(' | ')} |`;
  const rule = `|${columns.map((_, index) => (isNumeric[index] === true ? ' ---: ' : ' --- ')).join('|')}|`;
  const more = rows.length - rowsMax;
  return [
    `**${inline(title)}**`,
    '',
    line(columns),
    rule,
    ...rows.slice(0, rowsMax).map(line),
    '',
    ...(more > 0 ? [`and ${more} more rows`, ''] : []),
    ...notes.map(note => `- ${inline(note)}`),
  ].join('\n');
}

/** Text that is no markup: neither Markdown's nor HTML's. */
function inline(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>|~]/g, sign => `\\${sign}`);
}
