/** The parts of a run's report that are text: facts, figures, laws with evidence, steps, tables. */
import type { Verdict } from '../../laws/judge.js';
import type { Breach } from '../../laws/law.js';
import { elapsed } from '../../scenario/narrator.js';
import type { ComparedFigure, ReportTable } from '../../stacks/stack.js';
import { gpuTable } from '../gpu-table.js';
import { nodeGroupTable } from '../node-group-table.js';
import type { Report, RunOfScenario } from '../reporter.js';
import { numericColumns } from '../text-table.js';
import { markup, type Markup } from './markup.js';

/** Facts by which the run can be told from others, and repeated. */
export function factsSection(run: RunOfScenario, { seed, backend, version }: Report): Markup {
  const { digest, folder, file, durationMs, wallMs, startMs } = run;
  const from = new Date(startMs).toISOString().slice(0, 19).replace('T', ' ');
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['scenario', file],
    ['seed', String(run.seed ?? seed)],
    ['digest', digest],
    ['cluster time', `${elapsed(durationMs)} from ${from} UTC`],
    ['real time', `${(wallMs / 1000).toFixed(1)} s`],
    ['backend', `${backend}, seatrial ${version}`],
    ['kept in', folder],
  ];
  const items = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [markup`<div><dt>${name}</dt><dd>${value}</dd></div>`],
  );
  const hints = run.hints.map(hint => markup`<li><code>${hint}</code></li>`);
  const again =
    hints.length === 0
      ? undefined
      : markup`<details class="hints"><summary>Do it again</summary><ul>${hints}</ul></details>`;
  return markup`<dl class="facts">${items}</dl>${again}`;
}

/** The figures by which variants are compared, as tiles; undefined when nothing was measured. */
export function figureTiles(figures: readonly ComparedFigure[]): Markup | undefined {
  const tiles = figures.flatMap(({ name, unit, value }) =>
    value === undefined
      ? []
      : [
          markup`<div><dt>${name}</dt><dd>${figureText(value)}${
            unit === undefined ? undefined : markup` <small>${unit}</small>`
          }</dd></div>`,
        ],
  );
  return tiles.length === 0 ? undefined : markup`<dl class="tiles">${tiles}</dl>`;
}

/** Four digits are enough for a glance; the comparison has more. */
function figureText(value: number): string {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(Math.abs(value) >= 100 ? 4 : 3)));
}

const verdictWords = {
  held: '✓ held',
  broken: '✗ BROKEN',
  inconclusive: '? cannot be said',
  vacuous: '– vacuous',
} as const;

/** Every law with what it says of the run; broken ones first, with their stories. */
export function lawsSection(run: RunOfScenario, number: number): Markup {
  const order = ['broken', 'inconclusive', 'held', 'vacuous'] as const;
  const sorted = order.flatMap(kind => run.verdicts.filter(verdict => verdict.kind === kind));
  const judged = sorted.filter(({ kind }) => kind !== 'vacuous');
  const vacuous = sorted.filter(({ kind }) => kind === 'vacuous');
  const stories = sorted.flatMap(verdict =>
    verdict.kind === 'broken' ? [storyOf(verdict, run.startMs)] : [],
  );
  const body =
    judged.length === 0
      ? markup`<p class="empty-state">No law had anything to judge in this run.</p>`
      : markup`${stories}${lawTable(judged, 'What laws say of this run')}`;
  const silent =
    vacuous.length === 0
      ? undefined
      : markup`<details><summary>${vacuous.length} more had nothing to judge</summary
          >${lawTable(vacuous, 'Laws that had nothing to judge')}</details
        >`;
  return markup`<section aria-labelledby="laws-${number}" id="r${number}-laws">
    <h3 id="laws-${number}">Laws</h3>${body}${silent}</section
  >`;
}

function lawTable(verdicts: readonly Verdict[], caption: string): Markup {
  const rows = verdicts.map(verdict => {
    const { law, family, says, kind } = verdict;
    const looked = kind === 'vacuous' ? '' : verdict.looked.toLocaleString('en-US');
    const why = kind === 'inconclusive' ? markup`<br /><em>${verdict.why}</em>` : undefined;
    return markup`<tr class="is-${kind}"><td class="verdict">${verdictWords[kind]}</td
      ><th scope="row"><code>${law}</code></th
      ><td>${family}</td
      ><td class="wide">${says}${why}</td><td class="number">${looked}</td></tr
    >`;
  });
  return markup`<div class="scroll" tabindex="0" role="group" aria-label="${caption}"
    ><table class="laws"><caption>${caption}</caption
      ><thead><tr><th scope="col">verdict</th><th scope="col">law</th
        ><th scope="col">family</th
        ><th scope="col">what it says</th><th scope="col" class="number">judged</th></tr></thead
      ><tbody>${rows}</tbody></table></div
  >`;
}

function storyOf(verdict: Extract<Verdict, { kind: 'broken' }>, startMs: number): Markup {
  const { law, says, source, breaches, breachCount, touches = [] } = verdict;
  const more = breachCount - breaches.length;
  return markup`<article class="story">
    <h4>✗ ${law}</h4>
    <p>${says}${source === undefined ? undefined : markup` <small>(${source})</small>`}</p>
    ${breaches.map(breach => breachOf(breach, startMs))}
    ${more > 0 ? markup`<p>and ${more} more breaches</p>` : undefined}
    ${
      touches.length === 0
        ? undefined
        : markup`<p class="warning">Touches what is only approximated: ${touches.join(', ')}</p>`
    }
  </article>`;
}

function breachOf({ timeMs, what, evidence, objects }: Breach, startMs: number): Markup {
  const lines = evidence.map(
    line =>
      markup`<li><time>${elapsed(line.timeMs - startMs)}</time> <span>${line.text}</span>${
        line.revision === undefined ? undefined : markup` <small>revision ${line.revision}</small>`
      }</li>`,
  );
  return markup`<div class="breach"
    ><p><button type="button" data-goto="${Math.max(0, Math.round(timeMs - startMs))}"
      >${elapsed(timeMs - startMs)}</button> <strong>${what}</strong></p
    ><p class="objects">${objects.join(', ')}</p><ol>${lines}</ol></div
  >`;
}

const stepWords = { passed: '✓ passed', failed: '✗ FAILED', skipped: '– skipped' } as const;

/** The steps of the scenario with what came of them. */
export function stepsSection({ steps, file }: RunOfScenario, number: number): Markup {
  const rows = steps.map(
    ({ title, line, result, message, durationMs }) => markup`<tr class="is-${result}"
      ><td class="verdict">${stepWords[result]}</td><td class="wide">${title}${
        message === undefined ? undefined : markup`<br /><em>${message}</em>`
      }</td><td><code>${file}:${line}</code></td><td class="number">${
        result === 'skipped' ? '' : elapsed(durationMs)
      }</td></tr
    >`,
  );
  return markup`<section aria-labelledby="steps-${number}" id="r${number}-steps">
    <h3 id="steps-${number}">Steps</h3>
    <div class="scroll" tabindex="0" role="group" aria-label="steps"
      ><table><caption>Steps of the scenario, with the time that each took in the cluster</caption
        ><thead><tr><th scope="col">result</th><th scope="col">step</th><th scope="col">where</th
          ><th scope="col" class="number">took</th></tr></thead><tbody>${rows}</tbody></table></div
    ></section
  >`;
}

/** The tables of the stack, of node groups and of the GPUs; undefined without any. */
export function tablesSection(run: RunOfScenario, number: number): Markup | undefined {
  const gpus = gpuTable(run);
  const groups = nodeGroupTable(run);
  const tables = [...(run.report?.tables ?? []), groups, gpus].filter(table => table !== undefined);
  if (tables.length === 0) return undefined;
  return markup`<section aria-labelledby="tables-${number}" id="r${number}-tables">
    <h3 id="tables-${number}">Tables</h3>${tables.map(tableOf)}</section
  >`;
}

/** A table for people. */
export function tableOf(table: ReportTable): Markup {
  const { title, columns, rows, notes = [] } = table;
  const isNumeric = numericColumns(table);
  const cell = (text: string, index: number): Markup =>
    isNumeric[index] === true ? markup`<td class="number">${text}</td>` : markup`<td>${text}</td>`;
  const head = columns.map((name, index) =>
    isNumeric[index] === true
      ? markup`<th scope="col" class="number">${name}</th>`
      : markup`<th scope="col">${name}</th>`,
  );
  const body = rows.map(row => markup`<tr>${columns.map((_, at) => cell(row[at] ?? '', at))}</tr>`);
  return markup`<div class="scroll" tabindex="0" role="group" aria-label="${title}"
    ><table><caption>${title}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table
    ></div>${notes.map(note => markup`<p class="note">${note}</p>`)}`;
}
