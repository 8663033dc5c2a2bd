/** The page: a tab for each run and one for their comparison, with all that it needs inside of it. */
import { comparisonTables, figuresOf } from '../comparison.js';
import type { Report, RunOfScenario } from '../reporter.js';
import { nameOf, standingOf, troublesOf, type Standing } from '../standing.js';
import { clusterSection } from './cluster-section.js';
import { happeningsOf } from './happenings.js';
import { holderPatterns, holdersOf } from './holders.js';
import { json, markup, trusted, type Markup } from './markup.js';
import { pageData } from './page-data.js';
import { sceneOf } from './scene.js';
import { pageScript } from './script.js';
import {
  factsSection,
  figureTiles,
  lawsSection,
  stepsSection,
  tableOf,
  tablesSection,
} from './sections.js';
import { stepByStep } from './step-by-step.js';
import { pageStyle } from './style.js';
import { timeScale } from './time-scale.js';
import { instantSlider, lanesOf, timelineSection } from './timeline-section.js';
import { zoomScript } from './zoom-script.js';

/** A tab beside those of the runs. */
export interface Tab {
  readonly label: Markup;
  readonly panel: Markup;
}

/** The whole page as text; `first` is a tab before all others. */
export function reportPage(report: Report, first?: Tab): string {
  const compared = comparisonTables(report.runs);
  const tabs: Tab[] = report.runs.map((run, number) => runTab(run, number, report));
  if (compared.length > 0) {
    const panel = markup`<h2>Variants side by side</h2>${compared.map(tableOf)}`;
    tabs.unshift({ label: markup`Comparison`, panel });
  }
  if (first !== undefined) tabs.unshift(first);
  const [run] = report.runs;
  const title = tabs.length === 1 && run !== undefined ? nameOf(run) : 'seatrial report';
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${title} · seatrial</title>
<style>${trusted(pageStyle)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
${holderPatterns()}
<header class="page-header"
  ><p class="brand">seatrial</p>${tabs.length > 1 ? tabList(tabs) : undefined}
  <button type="button" id="theme" aria-pressed="false">Dark</button></header
>
<main id="main">${tabs.map((tab, index) => panelOf(tab, index, tabs.length))}</main>
<footer><p>Made by seatrial ${report.version}. A simulated cluster: its figures are computed,
none is measured on hardware.</p></footer>
<script>${trusted(pageScript)}</script>
<script>${trusted(zoomScript)}</script>
</body>
</html>
`;
  return page.safe;
}

function tabList(tabs: readonly Tab[]): Markup {
  const buttons = tabs.map(
    ({ label }, index) => markup`<button type="button" role="tab" id="tab-${index}"
      aria-controls="panel-${index}" aria-selected="${index === 0 ? 'true' : 'false'}"
      tabindex="${index === 0 ? '0' : '-1'}">${label}</button>`,
  );
  return markup`<div role="tablist" aria-label="runs">${buttons}</div>`;
}

function panelOf({ panel }: Tab, index: number, count: number): Markup {
  if (count === 1) return markup`<div class="panel">${panel}</div>`;
  // Without script all panels show, one below the other.
  return markup`<div class="panel" role="tabpanel" id="panel-${index}" aria-labelledby="tab-${index}"
    tabindex="0">${panel}</div>`;
}

const standingWords: Readonly<Record<Standing, string>> = {
  failed: '✗ FAILED',
  interrupted: '! interrupted',
  passed: '✓ passed',
  unfinished: '! not finished',
};

/** What is wrong comes first; the stories and the steps tell more. */
function troubleList(run: RunOfScenario): Markup | undefined {
  const troubles = troublesOf(run);
  if (troubles.length === 0) return undefined;
  const items = troubles.map(
    ({ title, message, file, line }) =>
      markup`<li><strong>${title}</strong>: ${message} <small>${file}:${line}</small></li>`,
  );
  return markup`<ul class="troubles">${items}</ul>`;
}

function runTab(run: RunOfScenario, number: number, report: Report): Tab {
  const standing = standingOf(run);
  const word = standingWords[standing];
  const broken = run.verdicts.filter(({ kind }) => kind === 'broken').length;
  const held = run.verdicts.filter(({ kind }) => kind === 'held').length;
  const scene = sceneOf(run.record?.log ?? [], run.durationMs);
  const scale = timeScale(run);
  const happenings = happeningsOf(scene, run);
  const { holders, of: holderOf } = holdersOf(scene);
  const parts = { run, number, scene, scale, happenings, holders, holderOf };
  const lanes = lanesOf(parts);
  const laws = `${held} laws held${broken > 0 ? `, ${broken} BROKEN` : ''}`;
  const passed = run.steps.filter(({ result }) => result === 'passed').length;
  const steps = `${passed} of ${run.steps.length} steps passed`;
  const explorer =
    run.record === undefined
      ? markup`<p class="warning">What happened over time was not kept with this run: it is of an older
          version.</p>`
      : markup`<div class="explorer" data-explorer="${number}">${instantSlider(parts)}
          ${timelineSection(parts, lanes)}${clusterSection(number)}</div
        ><script type="application/json" id="data-${number}">${json(
          pageData({ scene, scale, happenings, holderOf, lanes }),
        )}</script>`;
  const isTold = standing === 'failed' && run.record !== undefined;
  const tables = tablesSection(run, number);
  const panel = markup`<div class="run-head"
      ><h2>${nameOf(run)} <span class="badge is-${standing}">${word}</span></h2
      ><p class="lead">${steps}; ${laws}.</p>${troubleList(run)}${factsSection(run, report)}</div>
    ${figureTiles(figuresOf(run))}
    ${broken > 0 ? lawsSection(run, number) : undefined}
    ${isTold ? stepByStep(scene, number) : undefined}
    ${explorer}
    ${stepsSection(run, number)}${broken > 0 ? undefined : lawsSection(run, number)}${tables}`;
  const label = markup`${nameOf(run)} <span class="badge is-${standing}">${word.slice(0, 1)}</span>`;
  return { label, panel };
}
