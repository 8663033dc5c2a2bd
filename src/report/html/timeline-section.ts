/** The time line of a run: the slider, and lanes that share one axis. */
import type { RunOfScenario } from '../reporter.js';
import { gpuDrawing } from './gpu-lane.js';
import { happeningLane, happeningList, type Happening } from './happenings.js';
import type { Holder } from './holders.js';
import { dashes, laneDrawing, round, seriesLanes, type Lane } from './lanes.js';
import { markup, type Markup } from './markup.js';
import { nodeLane } from './node-lane.js';
import { replicaLane } from './replica-lane.js';
import type { Scene } from './scene.js';
import { laneWidth, plot, type TimeScale } from './time-scale.js';

/** What the section is made from. */
export interface TimelineParts {
  readonly run: RunOfScenario;
  /** Its number among the runs of the page. */
  readonly number: number;
  readonly scene: Scene;
  readonly scale: TimeScale;
  readonly happenings: readonly Happening[];
  readonly holders: readonly Holder[];
  readonly holderOf: ReadonlyMap<number, Holder>;
}

/** The lanes with lines, in the order in which they are shown: the data of the page keeps it too. */
export function lanesOf({ run, scene, scale }: TimelineParts): readonly Lane[] {
  const measured = run.record === undefined ? [] : seriesLanes(run.record, scale);
  const replicas = replicaLane(scene, scale.durationMs);
  const nodes = nodeLane(scene, scale.durationMs);
  return [...measured, replicas, nodes].filter(lane => lane !== undefined);
}

/** The section. */
export function timelineSection(parts: TimelineParts, lanes: readonly Lane[]): Markup {
  const { scene, scale, happenings, number, holders, holderOf } = parts;
  const gpus = gpuDrawing(scene, scale, holderOf);
  const isMeasured = (parts.run.record?.series.rows.length ?? 0) > 0;
  const drawn = lanes.map(
    (lane, index) => markup`<figure class="lane-figure"
      ><figcaption><h4>${lane.title}${unitOf(lane)}</h4>${legend(lane, number, index)}</figcaption
      >${laneDrawing(lane, scale, index)}</figure
    >`,
  );
  const gpuFigure =
    gpus === undefined
      ? markup`<p class="empty-state">The cluster has no GPUs.</p>`
      : markup`<figure class="lane-figure"
          ><figcaption><h4>GPUs by device, and who holds them</h4
            ><span class="readout" id="held-${number}"></span>${holderLegend(holders)}</figcaption
          >${gpus}</figure
        >`;
  const unmeasured = isMeasured
    ? undefined
    : markup`<p class="empty-state">Nothing measured traffic in this run: a stack does, and clients of
        Services do with spec.cluster.serviceTraffic.</p>`;
  const full =
    scene.fullMs === undefined
      ? undefined
      : markup`<p class="warning">The logbook was full after ${sinceText(scene.fullMs)}: states of
          objects are not known beyond it.</p>`;
  return markup`<section aria-labelledby="time-${number}" class="timeline" id="r${number}-time">
    <h3 id="time-${number}">What happened when</h3>
    ${full}${zoomButtons()}
    <div class="scroll" tabindex="0" role="group" aria-label="time line"
      ><div class="lanes"
        ><div class="cursor" id="cursor-${number}" aria-hidden="true"><i></i></div
        >${axis(scale)}
        <figure class="lane-figure"
          ><figcaption><h4>Steps, faults and news</h4>${shapeLegend()}</figcaption
          >${happeningLane(happenings, scale)}</figure
        >
        ${drawn}${gpuFigure}${axis(scale)}</div
      ></div
    >
    ${unmeasured}
    <details open><summary>All ${happenings.length} in words</summary
      >${happeningList(happenings, scale)}</details
    >
  </section>`;
}

function zoomButtons(): Markup {
  return markup`<div class="zoom" role="group" aria-label="zoom of the time line"
    ><button type="button" data-zoom="0.5" title="zoom out (-)">− wider</button
    ><button type="button" data-zoom="2" title="zoom in on the instant (+)">+ closer</button
    ><button type="button" data-zoom="0" title="the whole run (0)">whole</button
    ><output aria-live="polite">whole run</output
  ></div>`;
}

const unitOf = ({ unit }: Lane): string => (unit === '' ? '' : `, ${unit}`);

function sinceText(ms: number): string {
  return `${(ms / 60_000).toFixed(1)} min`;
}

/** The slider: what it shows is the instant of both the time line and the cluster below. */
export function instantSlider({ number }: TimelineParts): Markup {
  const gutter = (100 * plot.left) / laneWidth;
  const right = (100 * plot.right) / laneWidth;
  return markup`<div class="instant" role="group" aria-label="the instant that is shown"
    ><div class="instant-row"
      ><label for="instant-${number}">Instant</label
      ><output id="instant-text-${number}" for="instant-${number}" class="instant-text"></output
      ><span class="buttons"
        ><button type="button" data-jump="-2" title="to what happened before">◀◀ event</button
        ><button type="button" data-jump="-1" title="to the change before">◀ change</button
        ><button type="button" data-jump="1" title="to the next change">change ▶</button
        ><button type="button" data-jump="2" title="to what happened next">event ▶▶</button
      ></span
    ></div
    ><div class="instant-slider" style="padding-left:${round(gutter)}%;padding-right:${round(right)}%"
      ><input type="range" id="instant-${number}" min="0" max="1000" step="1" value="0" data-run="${number}" /></div
  ></div>`;
}

function axis(scale: TimeScale): Markup {
  const labels = scale.ticks.map(
    ({ ms, label }) =>
      markup`<text class="tick" x="${round(scale.x(ms))}" y="12" text-anchor="middle">${label}</text>`,
  );
  const what = scale.isClock ? 'time of day, UTC' : 'since the start';
  return markup`<svg class="lane axis" viewBox="0 0 ${laneWidth} 20" aria-hidden="true"
    ><text class="tick" x="0" y="12">${what}</text>${labels}</svg
  >`;
}

function legend(lane: Lane, run: number, number: number): Markup {
  const keys = lane.lines.map(
    ({ name }, index) => markup`<span class="key"
      ><svg viewBox="0 0 30 8" aria-hidden="true"><path class="line s${index % dashes.length}"
        d="M0 4H30" /></svg>${name} <b id="value-${run}-${number}-${index}"></b></span
    >`,
  );
  const note = lane.note === undefined ? undefined : markup`<span class="note">${lane.note}</span>`;
  return markup`<span class="legend">${keys}${note}</span>`;
}

function holderLegend(holders: readonly Holder[]): Markup {
  const keys = holders.map(
    ({ name, index, letter }) => markup`<span class="key"
      ><svg viewBox="0 0 24 12" aria-hidden="true"><rect class="hold" fill="url(#holder-${index})"
        width="24" height="12" /></svg><b>${letter}</b> ${name}</span
    >`,
  );
  const none = holders.length === 0 ? markup`<span class="note">held by nobody</span>` : undefined;
  return markup`<span class="legend">${keys}${none}
    <span class="key"><svg viewBox="0 0 24 12" aria-hidden="true"><rect class="outage" width="24"
      height="12" /></svg>node not ready</span>
    <span class="key"><svg viewBox="0 0 12 12" aria-hidden="true"><path class="device-failed"
      d="M1 1l10 10m0 -10l-10 10" /></svg>device unhealthy</span></span
  >`;
}

function shapeLegend(): Markup {
  const key = (sort: string, shape: Markup, name: string): Markup =>
    markup`<span class="key"><svg class="mark-${sort}" viewBox="0 0 16 16" aria-hidden="true"
      >${shape}</svg>${name}</span>`;
  return markup`<span class="legend">
    ${key('step', markup`<rect x="2" y="2" width="12" height="12" />`, 'step of the scenario')}
    ${key('news', markup`<circle cx="8" cy="8" r="6" />`, 'news')}
    ${key('trouble', markup`<path d="M8 1l7 7l-7 7l-7 -7z" />`, 'fault, failure, breach of a law')}
  </span>`;
}
