/** The HTML reporter of `check`: a page of its findings and voyages, and a tab for each counterexample. */
import type { VoyagesResult } from '../../check/voyages.js';
import type { ReportTable } from '../../stacks/stack.js';
import { markup } from '../html/markup.js';
import { reportPage } from '../html/page.js';
import { tableOf } from '../html/sections.js';
import { countsText, objectsText, type CheckReport, type CheckReporter } from './report.js';
import {
  answerText,
  assumptionLines,
  inconclusiveLines,
  lawRows,
  neverReadyLines,
  trafficLines,
  triedTable,
} from './voyage-text.js';

/** One file that holds all it needs. */
export const htmlCheckReporter: CheckReporter = report => {
  const { version, voyages, counterexamples = [] } = report;
  const seed = voyages?.explored.seed ?? 0;
  return reportPage({ runs: counterexamples, seed, backend: 'sim', version }, checkTab(report));
};

function checkTab(report: CheckReport) {
  const { findings, inputs, voyages, notes } = report;
  const isWrong =
    (voyages?.failures.length ?? 0) > 0 || findings.some(({ severity }) => severity === 'error');
  const word = isWrong ? '✗ FAILED' : '✓ passed';
  const standing = isWrong ? 'failed' : 'passed';
  const rows = findings.map(({ severity, id, file, line, object, field, message, fix }) => [
    severity,
    id,
    `${file}:${line}`,
    `${object} ${field}`.trim(),
    message,
    fix,
  ]);
  const columns = ['severity', 'id', 'where', 'object and field', 'what', 'fix'];
  const found: ReportTable = { title: 'Findings of the static pass', columns, rows };
  const tried = voyages && triedTable(voyages.explored.tried);
  const stories = (voyages?.failures ?? []).map(
    ({ example, story }) => markup`<details><summary>${example.law}: the smallest story, as
      commands</summary><pre>${story.join('\n')}</pre></details>`,
  );
  const panel = markup`<div class="run-head"
      ><h2>seatrial check <span class="badge is-${standing}">${word}</span></h2
      ><p class="lead">${objectsText(report)} in ${inputs.join(', ')}.</p
      ><p>Static pass: ${countsText(findings)}.</p
      >${voyages && voyageParagraphs(voyages)}
      ${notes.map(note => markup`<p>${note}.</p>`)}</div>
    ${stories}
    ${rows.length === 0 ? undefined : tableOf(found)}
    ${voyages === undefined ? undefined : tableOf(lawRows(voyages))}
    ${inconclusiveLines(voyages?.explored ?? { laws: [] }).map(line => markup`<p>${line}.</p>`)}
    ${tried === undefined ? undefined : tableOf(tried)}`;
  return {
    label: markup`check <span class="badge is-${standing}">${word.slice(0, 1)}</span>`,
    panel,
  };
}

/** The answer, what became of requests, and in the colour of a warning what never ran and who is locked out. */
function voyageParagraphs(voyages: VoyagesResult) {
  const [requests, ...shut] = trafficLines(voyages);
  return markup`<p>Voyages: ${answerText(voyages)}.</p
    >${assumptionLines(voyages).map(line => markup`<p>${line}.</p>`)}${requests === undefined ? undefined : markup`<p>In them, ${requests}.</p>`}
    ${[...neverReadyLines(voyages.explored), ...shut].map(line => markup`<p class="warning">${line}.</p>`)}`;
}
