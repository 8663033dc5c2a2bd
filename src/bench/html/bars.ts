/** Bars of failures by class, or of hours by use: a row for each setup, one scale for all. */
import { markup, type Markup } from '../../report/html/markup.js';
import type { SetupReport } from '../report.js';
import type { FigureKind } from '../results/figures.js';
import { estimate } from '../results/statistics.js';

const colors = ['#8aa0b4', '#56b4e9', '#0072b2', '#d55e00', '#009e73'];

/** The bars; undefined when all are empty. */
export function stackedBars(
  title: string,
  setups: readonly SetupReport[],
  kinds: readonly FigureKind[],
): Markup | undefined {
  const rows = setups.map(({ setup, runs }) => ({
    name: setup.name,
    parts: kinds.map(({ key }) => {
      const values = runs.flatMap(({ figures }) => figures[key] ?? []);
      return values.length === 0 ? 0 : estimate(values).mean;
    }),
  }));
  const most = Math.max(...rows.map(({ parts }) => sum(parts)));
  if (!(most > 0)) return undefined;
  const used = kinds.filter((_, at) => rows.some(({ parts }) => (parts[at] ?? 0) > 0));
  const keys = used.map(
    kind =>
      markup`<span class="key"><i style="background:${colorOf(kinds, kind)}"></i>${kind.label}</span>`,
  );
  const bars = rows.map(({ name, parts }) => {
    const pieces = kinds.map((kind, at) => {
      const value = parts[at] ?? 0;
      const share = ((100 * value) / most).toFixed(2);
      return markup`<i style="width:${share}%;background:${colorOf(kinds, kind)}" title="${kind.label}: ${value.toFixed(kind.digits)}"></i>`;
    });
    return markup`<div class="bar-name">${name}</div><div class="bar">${pieces}<b>${sum(parts).toFixed(0)}</b></div>`;
  });
  return markup`<figure class="lane-figure"><figcaption><h4>${title}</h4><span class="legend">${keys}</span></figcaption
    ><div class="bars">${bars}</div></figure>`;
}

function colorOf(kinds: readonly FigureKind[], kind: FigureKind): string {
  return colors[kinds.indexOf(kind) % colors.length] ?? '';
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
