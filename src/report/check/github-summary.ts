/** The job summary of `check` on GitHub Actions: the answer first, then findings, stories, and what was tried. */
import type { Finding } from '../../check/finding.js';
import type { ReportTable } from '../../stacks/stack.js';
import { fenced, folded, inline, markdownTable } from '../markdown.js';
import { countsText, objectsText, type CheckReport, type CheckReporter } from './report.js';
import {
  answerText,
  inconclusiveLines,
  lawRows,
  neverReadyLines,
  trafficLines,
  triedTable,
} from './voyage-text.js';

const marks = { error: '❌', warning: '⚠️', info: 'ℹ️' } as const;

/** What is appended to the file that GITHUB_STEP_SUMMARY names. */
export const checkSummary: CheckReporter = report => {
  const { findings, inputs, voyages, version } = report;
  const isWrong =
    (voyages?.failures.length ?? 0) > 0 || findings.some(({ severity }) => severity === 'error');
  return `${[
    `## ${isWrong ? '❌' : '✅'} seatrial check: ${inline(inputs.join(' '))}`,
    '',
    `${objectsText(report)}, seatrial ${version}.`,
    '',
    `Static pass: ${countsText(findings)}.`,
    '',
    ...(findings.length > 0 ? [markdownTable(findingTable(findings)), ''] : []),
    ...voyageParts(report),
  ].join('\n')}\n`;
};

function findingTable(findings: readonly Finding[]): ReportTable {
  const rows = findings.map(({ severity, id, file, line, object, message, fix }) => {
    return [marks[severity], id, `${file}:${line}`, object, message, fix];
  });
  return { title: 'Findings', columns: ['', 'id', 'where', 'object', 'what', 'fix'], rows };
}

function voyageParts({ voyages }: CheckReport): string[] {
  if (voyages === undefined) return [];
  const tried = triedTable(voyages.explored.tried);
  const tables = [lawRows(voyages), ...(tried === undefined ? [] : [tried])];
  return [
    `Voyages: ${inline(answerText(voyages))}.`,
    '',
    ...listed([
      ...neverReadyLines(voyages.explored),
      ...trafficLines(voyages),
      ...inconclusiveLines(voyages.explored),
    ]),
    ...voyages.failures.flatMap(({ example, story }) =>
      folded(`${example.law} is broken: the smallest story`, fenced(story)),
    ),
    ...folded('What was tried, and what the laws say', tables.map(markdownTable).join('\n\n')),
  ];
}

function listed(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [...lines.map(line => `- ${inline(line)}`), ''];
}
