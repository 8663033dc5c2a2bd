/** Line charts of setups, as SVG: lines differ in colour and in dashes, and are named at the side. */
import { markup, type Markup } from '../../report/html/markup.js';

/** A line: points from left to right. */
export interface ChartLine {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
  /** Where the values of the seeds lie, least and most at each point. */
  readonly band?: readonly (readonly [number, number, number])[];
}

/** A chart. */
export interface Chart {
  readonly title: string;
  readonly xText: (x: number) => string;
  readonly yUnit: string;
  readonly lines: readonly ChartLine[];
}

/** Distinct on light and dark ground, after Okabe and Ito; dashes tell apart what colours may not. */
export const lineColors = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#8f7d00',
  '#56b4e9',
  '#7f5fc0',
  '#b3151f',
  '#3c8d5a',
  '#e69f00',
  '#777777',
  '#a0522d',
];
const dashes = ['', '7 3', '2 3', '10 3 2 3'];

const width = 720;
const height = 300;
const margin = { left: 46, right: 8, top: 8, bottom: 24 } as const;

/** The colour and dashes of the n-th line. */
export function lineLook(index: number): { readonly color: string; readonly dash: string } {
  const color = lineColors[index % lineColors.length] ?? '';
  return { color, dash: dashes[Math.floor(index / 3) % dashes.length] ?? '' };
}

/** The chart with its legend; undefined when there is nothing to draw. */
export function lineChart({ title, xText, yUnit, lines }: Chart): Markup | undefined {
  const points = lines.flatMap(line => line.points);
  if (points.length < 2) return undefined;
  const xs = extent(points.map(([x]) => x));
  const ys = padded(extent(points.map(([, y]) => y)));
  const px = (x: number): string => placed(x, xs, [margin.left, width - margin.right]);
  const py = (y: number): string => placed(y, ys, [height - margin.bottom, margin.top]);
  const rules = ticksOf(ys).map(
    y => markup`<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${py(y)}" y2="${py(y)}"/><text
      class="tick" x="${margin.left - 6}" y="${py(y)}" dy="4" text-anchor="end">${shortNumber(y)}</text>`,
  );
  const feet = ticksOf(xs).map(
    x =>
      markup`<text class="tick" x="${px(x)}" y="${height - 6}" text-anchor="middle">${xText(x)}</text>`,
  );
  const drawn = lines.map(({ points: own, band }, index) => {
    const { color, dash } = lineLook(index);
    const path = own.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${px(x)} ${py(y)}`).join('');
    const area = band === undefined ? undefined : bandPath(band, px, py, color);
    return markup`${area}<path class="line" style="stroke:${color}" stroke-dasharray="${dash}" d="${path}"/>`;
  });
  return markup`<figure class="lane-figure"><figcaption><h4>${title}</h4>${legend(lines.map(({ name }) => name))}</figcaption
    ><svg class="lane" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}, in ${yUnit}">${rules}${feet}${drawn}</svg></figure>`;
}

/** The names with their looks. */
export function legend(names: readonly string[]): Markup {
  const keys = names.map((name, index) => {
    const { color, dash } = lineLook(index);
    return markup`<span class="key"><svg viewBox="0 0 30 12" aria-hidden="true"><path class="line" style="stroke:${color}"
      stroke-dasharray="${dash}" d="M0 6H30"/></svg>${name}</span>`;
  });
  return markup`<span class="legend">${keys}</span>`;
}

type Range = readonly [number, number];

function bandPath(
  band: readonly (readonly [number, number, number])[],
  px: (x: number) => string,
  py: (y: number) => string,
  color: string,
): Markup {
  const up = band.map(([x, , most]) => `${px(x)} ${py(most)}`);
  const down = band.toReversed().map(([x, least]) => `${px(x)} ${py(least)}`);
  return markup`<path style="fill:${color};opacity:.13" d="M${[...up, ...down].join('L')}Z"/>`;
}

function extent(values: readonly number[]): Range {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

function padded([least, most]: Range): Range {
  const pad = most === least ? 1 : (most - least) * 0.04;
  return [least >= 0 ? Math.max(0, least - pad) : least - pad, most + pad];
}

function placed(value: number, [least, most]: Range, [from, to]: Range): string {
  const share = most === least ? 0 : (value - least) / (most - least);
  return (from + share * (to - from)).toFixed(1);
}

/** Round values within a range, about six. */
function ticksOf([least, most]: Range): number[] {
  const rough = (most - least) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(one => one >= rough) ?? power;
  const ticks: number[] = [];
  for (let tick = Math.ceil(least / step) * step; tick <= most + step / 1e6; tick += step) {
    ticks.push(Number(tick.toPrecision(12)));
  }
  return ticks;
}

function shortNumber(value: number): string {
  return Math.abs(value) >= 10_000 ? `${(value / 1000).toFixed(0)}k` : String(value);
}
