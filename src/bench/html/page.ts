/** A bench as one page that needs nothing else: what was shown, charts, failures, heat maps, all figures. */
import { markup, trusted, type Markup } from '../../report/html/markup.js';
import { tableOf } from '../../report/html/sections.js';
import { pageStyle } from '../../report/html/style.js';
import type { BenchReport, SetupReport, WorkloadReport } from '../report.js';
import { publishedText } from '../results/published-check.js';
import { figureTables, seedText, tiesText } from '../results/text.js';
import type { Series } from '../run/arrival-series.js';
import { stackedBars } from './bars.js';
import { heatLegend, heatMap } from './heat-map.js';
import { lineChart, type ChartLine } from './line-chart.js';
import { benchScript, benchStyle } from './style.js';

/** The page as text. */
export function benchPage(report: BenchReport): string {
  const title = `bench of ${report.workloads.map(({ name }) => name).join(', ')}`;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<meta name="color-scheme" content="light dark">
<title>${title} · seatrial</title>
<style>${trusted(pageStyle)}${trusted(benchStyle)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header class="page-header"><p class="brand">seatrial bench</p>
  <button type="button" id="theme" aria-pressed="false">Dark</button></header>
<main id="main">${report.workloads.map(workload => workloadPart(report, workload))}${definitions(report)}</main>
<footer><p>Made by seatrial ${report.version}. Decisions of simulated schedulers on a trace:
nothing was measured on hardware. Prices are list prices by a stated table, or your own.</p></footer>
<script>${trusted(benchScript)}</script>
</body>
</html>
`;
  return page.safe;
}

function workloadPart(report: BenchReport, workload: WorkloadReport): Markup {
  const { name, notes, published } = workload;
  const count = (value: number): string => value.toLocaleString('en-US');
  const facts = [
    ['cluster', `${count(workload.nodes)} nodes, ${count(workload.gpus)} GPUs`],
    ['workload', `${count(workload.pods)} pods in the trace`],
    ['arrival', report.arrival],
    ['seeds', seedText(report.seeds)],
    ['compared with', report.baseline],
    ['ties', tiesText(workload)],
  ].map(([term, text]) => markup`<div><dt>${term}</dt><dd>${text}</dd></div>`);
  return markup`<h2>${name}</h2><dl class="facts">${facts}</dl>
    ${published === undefined ? undefined : markup`<p class="lead">${publishedText(published)}</p>`}
    ${notes.map(note => markup`<p class="warning">${note}</p>`)}
    <section><h3>What was shown, and what was not</h3>${shownList(report, workload)}</section>
    <section><h3>Over the run</h3><div class="charts">${charts(workload)}${barCharts(report, workload)}</div></section>
    ${heatSection(workload)}
    <section><h3>All figures</h3><p class="note">${
      report.seeds.length > 1
        ? `mean ± half of the 95 % interval over ${report.seeds.length} seeds`
        : 'one seed only: no spread can be told'
    }</p>${figureTables(report, workload).map(tableOf)}</section>`;
}

function shownList({ groups, baseline }: BenchReport, { comparisons }: WorkloadReport): Markup {
  if (comparisons.length === 0) {
    return markup`<p class="empty-state">Only ${baseline} ran: there is nothing to compare.</p>`;
  }
  const keys = [...new Set(comparisons.map(({ kind }) => kind.key))];
  const lists = keys.map(key => {
    const group = groups.find(({ kinds }) => kinds.some(kind => kind.key === key));
    const own = comparisons.filter(({ kind }) => kind.key === key);
    const items = own.map(
      ({ sentence, isShown }) =>
        markup`<li class="${isShown ? 'is-shown' : 'is-none'}">${sentence}</li>`,
    );
    return markup`<h4>${group?.title ?? ''}: ${own[0]?.kind.label ?? ''}</h4><ul class="shown">${items}</ul>`;
  });
  return markup`${lists}<p class="note">Paired t tests over equal seeds, corrected for the number of comparisons (Holm, 5 %).</p>`;
}

function charts({ setups }: WorkloadReport): (Markup | undefined)[] {
  const percent = (x: number): string => `${x} %`;
  const ofSeries = (title: string, from: number, of: (series: Series) => readonly number[]) =>
    lineChart({ title, yUnit: '%', xText: percent, lines: seriesLines(setups, from, of) });
  return [
    ofSeries('GPUs allocated in %, by arrival from 60 %', 60, ({ allocated }) => allocated),
    ofSeries('fragmented, in % of all GPUs, by arrival', 0, one => one.fragmentedOfTotal),
    ofSeries('fragmented, in % of the GPUs left, by arrival', 0, one => one.fragmentedOfFree),
    lineChart({
      title: 'GPUs of running jobs in %, over time (first seed)',
      yUnit: '%',
      xText: hours => `${hours} h`,
      lines: timeLines(setups),
    }),
  ];
}

/** A line is the mean over the seeds, its band their least and most. */
function seriesLines(
  setups: readonly SetupReport[],
  from: number,
  of: (series: Series) => readonly number[],
): ChartLine[] {
  return setups.flatMap(({ setup, runs }) => {
    const all = runs.flatMap(({ series }) => (series === undefined ? [] : [of(series)]));
    const length = Math.min(...all.map(one => one.length));
    if (all.length === 0) return [];
    const places = Array.from({ length: Math.max(0, length - from) }, (_, index) => from + index);
    const values = places.map(place => all.map(one => one[place] ?? 0));
    return [
      {
        name: setup.name,
        points: places.map((place, index): readonly [number, number] => {
          const own = values[index] ?? [];
          return [place, own.reduce((sum, value) => sum + value, 0) / own.length];
        }),
        band: places.map((place, index): readonly [number, number, number] => {
          const own = values[index] ?? [];
          return [place, Math.min(...own), Math.max(...own)];
        }),
      },
    ];
  });
}

function timeLines(setups: readonly SetupReport[]): ChartLine[] {
  return setups.flatMap(({ setup, runs }) => {
    const [first] = runs;
    if (first?.timeline === undefined || first.capacityMilli === 0) return [];
    const points = first.timeline.map(([seconds, running]): readonly [number, number] => [
      seconds / 3600,
      (100 * running) / first.capacityMilli,
    ]);
    return [{ name: setup.name, points }];
  });
}

function hoursText(seconds: number): string {
  return `${Number((seconds / 3600).toFixed(1))} h`;
}

function barCharts({ groups }: BenchReport, { setups }: WorkloadReport): (Markup | undefined)[] {
  const kindsOf = (keys: readonly string[]) =>
    groups.flatMap(({ kinds }) => kinds).filter(({ key }) => keys.includes(key));
  return [
    stackedBars(
      'pods that fitted nowhere, by class (mean)',
      setups,
      kindsOf(['failed.cpu', 'failed.share', 'failed.one', 'failed.multi']),
    ),
    stackedBars(
      'GPU-hours until the last job ended (mean)',
      setups,
      kindsOf(['usedHours', 'heldHours', 'idleHours']),
    ),
    stackedBars('what idle GPUs cost (mean, $)', setups, kindsOf(['idleCost'])),
  ];
}

function heatSection({ setups }: WorkloadReport): Markup | undefined {
  const maps = setups.flatMap(({ setup, runs }) => {
    const [first] = runs;
    if (first?.heat === undefined) return [];
    const text =
      setup.arrival.kind === 'inflation' ? (at: number) => `${Math.round(at)} %` : hoursText;
    return heatMap(setup.name, first.heat, text) ?? [];
  });
  if (maps.length === 0) return undefined;
  return markup`<section><h3>GPUs by node and device over the run (first seed)</h3>${heatLegend()}<div class="heats">${maps}</div></section>`;
}

function definitions({ groups }: BenchReport): Markup {
  const items = groups
    .flatMap(({ kinds }) => kinds)
    .map(
      ({ label, unit, definition }) =>
        markup`<dt>${label}${unit === '' ? '' : ` (${unit})`}</dt><dd>${definition}</dd>`,
    );
  return markup`<section><h3>Definitions</h3><details><summary>What each figure means</summary><dl class="definitions">${items}</dl></details></section>`;
}
