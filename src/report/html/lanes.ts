/** The lanes of the time line that show measurements: which columns share a lane, and how it is drawn. */
import type { RunRecord } from '../../scenario/logbook.js';
import { markup, type Markup } from './markup.js';
import { laneWidth, plot, type TimeScale } from './time-scale.js';

/** Values over time; each holds from its instant on, the last until `untilMs`. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [ms: number, value: number | null])[];
  readonly untilMs: number;
}

/** Lines that share a scale. */
export interface Lane {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
  readonly note?: string;
}

interface Family {
  readonly pattern: RegExp;
  readonly title: string;
  readonly unit: string;
}

/** Columns whose names match one pattern share a lane; others have one of their own. */
const families: readonly Family[] = [
  { pattern: /_per_second$/, title: 'Traffic', unit: 'requests/s' },
  { pattern: /_ms$/, title: 'Latency', unit: 'ms' },
  { pattern: /^replicas$/, title: 'Replicas that take requests', unit: '' },
  { pattern: /_percent$/, title: 'Share of the traffic', unit: '%' },
  { pattern: /_load$/, title: 'Load of the ready replicas', unit: '%' },
  { pattern: /_connections$/, title: 'Connections tried', unit: 'in half a minute' },
  { pattern: /_accesses$/, title: 'Access to the API', unit: 'in half a minute' },
  { pattern: /^drift_score_?/, title: 'Drift score', unit: '' },
  { pattern: /^average_precision_?/, title: 'Average precision', unit: '' },
];

const pointsMax = 1_500;

/** The lanes of what the stack measured; none when it measured nothing. */
export function seriesLanes({ series }: RunRecord, { startMs, durationMs }: TimeScale): Lane[] {
  const { columns, rows } = series;
  if (rows.length === 0) return [];
  const times = rows.map(row => timeOf(row[0]) - startMs);
  const spanMs = medianGap(times);
  const lanes = new Map<string, Lane>();
  for (const [index, column] of columns.entries()) {
    if (index === 0) continue;
    const family = families.find(({ pattern }) => pattern.test(column));
    const words = column.replace(/_(\d+[smhd])$/, ', $1').replaceAll('_', ' ');
    const title = family?.title ?? words.charAt(0).toUpperCase() + words.slice(1);
    const rest = family === undefined ? '' : column.replace(family.pattern, '');
    const name = /^\d+[smhd]$/.test(rest) ? `of the last ${rest}` : rest || words;
    const points = rows.map((row, at) => [times[at] ?? 0, numberOf(row[index])] as const);
    const last = points.at(-1)?.[0] ?? 0;
    const untilMs = Math.min(durationMs, last + spanMs);
    const line: Line = { name: name.replaceAll('_', ' '), points: thinned(points), untilMs };
    const known = lanes.get(title);
    lanes.set(title, {
      title,
      unit: family?.unit ?? '',
      lines: [...(known?.lines ?? []), line],
    });
  }
  const order = families.map(({ title }) => title);
  const rank = ({ title }: Lane): number => (order.indexOf(title) + 1 || order.length + 1) - 1;
  const all = [...lanes.values()].map(withoutEmpty).filter(({ lines }) => lines.length > 0);
  return all.sort((a, b) => rank(a) - rank(b));
}

/** A line that is zero all along is told in words, not drawn. */
function withoutEmpty(lane: Lane): Lane {
  const isDrawn = ({ points }: Line): boolean => points.some(([, value]) => (value ?? 0) !== 0);
  const drawn = lane.lines.filter(isDrawn);
  const empty = lane.lines.filter(line => !drawn.includes(line)).map(({ name }) => name);
  if (empty.length === 0) return lane;
  if (drawn.length === 0) return { ...lane, note: 'zero, or not known, all along' };
  return { ...lane, lines: drawn, note: `zero all along: ${empty.join(', ')}` };
}

/** Of neighbours in excess, those with the least and the greatest value stay: no peak is lost. */
function thinned(points: Line['points']): Line['points'] {
  const size = Math.ceil((2 * points.length) / pointsMax);
  if (size <= 2) return points;
  const kept: (readonly [number, number | null])[] = [];
  for (let from = 0; from < points.length; from += size) {
    const group = points.slice(from, from + size);
    const known = group.filter(([, value]) => value !== null);
    const sorted = [...known].sort((a, b) => (a[1] ?? 0) - (b[1] ?? 0));
    const [least, greatest] = [sorted[0], sorted.at(-1)];
    if (least === undefined || greatest === undefined) kept.push(group[0] ?? [0, null]);
    else kept.push(...(least[0] < greatest[0] ? [least, greatest] : [greatest, least]));
  }
  return kept;
}

/** How lines of one lane are told apart: by colour and by dashes. */
export const dashes = ['', '6 3', '2 2', '10 3 2 3', '1 4', '14 4'] as const;

const height = 96;
const top = 8;
const bottom = 8;

/** The drawing of a lane. */
export function laneDrawing(lane: Lane, scale: TimeScale, number: number): Markup {
  const values = lane.lines.flatMap(({ points }) => points.map(([, value]) => value ?? 0));
  const max = niceMax(values.reduce((most, value) => Math.max(most, value), 0));
  const min = Math.min(0, ...values.map(Math.floor));
  const y = (value: number): number =>
    height - bottom - ((height - top - bottom) * (value - min)) / (max - min);
  const grid = [min, (min + max) / 2, max].map(
    value => markup`<line
        class="grid"
        x1="${plot.left}"
        x2="${plot.left + plot.width}"
        y1="${round(y(value))}"
        y2="${round(y(value))}"
      /><text class="tick" x="${plot.left - 8}" y="${round(y(value) + 4)}" text-anchor="end"
        >${shortNumber(value)}</text
      >`,
  );
  const paths = lane.lines.map(
    (line, index) => markup`<path
      class="line s${index % dashes.length}"
      d="${pathOf(line, scale, y)}"
    />`,
  );
  const label = `${lane.title}${lane.unit === '' ? '' : `, ${lane.unit}`}: ${lane.lines
    .map(summary)
    .join('; ')}`;
  return markup`<svg
    class="lane"
    viewBox="0 0 ${laneWidth} ${height}"
    role="img"
    aria-label="${label}"
    id="lane-${number}"
    >${verticals(scale, height)}${grid}${paths}</svg
  >`;
}

/** The thin lines of the time axis. */
export function verticals({ ticks, x }: TimeScale, tall: number): Markup[] {
  return ticks.map(
    ({ ms }) =>
      markup`<line class="grid" x1="${round(x(ms))}" x2="${round(x(ms))}" y1="0" y2="${tall}" />`,
  );
}

function pathOf({ points, untilMs }: Line, scale: TimeScale, y: (value: number) => number): string {
  let path = '';
  let isOpen = false;
  for (const [index, [ms, value]] of points.entries()) {
    if (value === null) {
      isOpen = false;
      continue;
    }
    const endMs = points[index + 1]?.[0] ?? untilMs;
    const height = round(y(value));
    path += `${isOpen ? 'V' : `M${round(scale.x(ms))} `}${height}H${round(scale.x(endMs))}`;
    isOpen = true;
  }
  return path;
}

function summary({ name, points }: Line): string {
  const values = points.flatMap(([, value]) => (value === null ? [] : [value]));
  if (values.length === 0) return `${name} not known`;
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return `${name} between ${shortNumber(least)} and ${shortNumber(most)}`;
}

/** A number as axes and readouts tell it: three digits or thousands. */
export function shortNumber(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 1_000) {
    return Math.round(value).toLocaleString('en-US');
  }
  return String(Number(value.toPrecision(3)));
}

/** To a tenth: finer than a pixel is nothing but bytes. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function niceMax(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 1.2, 1.5, 2, 3, 4, 5, 6, 8, 10].find(one => one * power >= value) ?? 10;
  return factor * power;
}

function medianGap(times: readonly number[]): number {
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
}

function timeOf(cell: number | string | null | undefined): number {
  return typeof cell === 'number' ? cell : Date.parse(cell ?? '');
}

function numberOf(cell: number | string | null | undefined): number | null {
  if (cell === null || cell === undefined || cell === '') return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
}
