/** A heat map of GPUs: a row for each GPU, from node to node, over arrival or time. */
import { markup, type Markup } from '../../report/html/markup.js';
import type { Heat } from '../run/heat.js';
import { pngUrl } from './png.js';

/** Rows of a picture at most: more GPUs than that share rows. */
const rowsMax = 640;

/** Pixels of height that a row has where there is room. */
const heightWanted = 420;

/** From free (light) to given (dark); places are per cent. */
const palette = Array.from({ length: 101 }, (_, percent) => {
  const at = percent / 100;
  const mix = (from: number, to: number): number => Math.round(from + (to - from) * at);
  return [mix(236, 8), mix(240, 64), mix(245, 140)] as const;
});

/** The map with its axes; `unit` is of the columns. */
export function heatMap(
  title: string,
  heat: Heat,
  columnText: (column: number) => string,
): Markup | undefined {
  const all = heat.nodes.reduce((sum, { gpus }) => sum + gpus, 0);
  const { columns } = heat;
  if (all === 0 || columns.length === 0) return undefined;
  const height = Math.min(all, rowsMax);
  const pixels = binned(heat, { all, height });
  const url = pngUrl({ width: columns.length, height, pixels, palette });
  const shown = Math.max(height, Math.min(heightWanted, height * 4));
  const span = (columns.at(-1) ?? 0) - (columns[0] ?? 0);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    share => markup`<span>${columnText((columns[0] ?? 0) + share * span)}</span>`,
  );
  const perRow = all > height ? `; each row is the mean of ${(all / height).toFixed(1)} GPUs` : '';
  return markup`<figure class="heat"><figcaption><h4>${title}</h4
    ><span class="note">${heat.nodes.length} nodes, ${all} GPUs or slices in rows, node by node${perRow}</span
    ></figcaption><div class="heat-frame"><div class="heat-models" style="height:${shown}px">${modelLabels(heat, all)}</div
    ><img alt="${title}: how much of each GPU is given, over the run" src="${url}" style="height:${shown}px"
    ></div><div class="heat-ticks">${ticks}</div></figure>`;
}

/** Row by row; several GPUs in a row are averaged. */
function binned(
  { cells, columns }: Heat,
  { all, height }: { readonly all: number; readonly height: number },
): Uint8Array {
  const width = columns.length;
  const pixels = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const from = Math.floor((row * all) / height);
    const to = Math.max(from + 1, Math.floor(((row + 1) * all) / height));
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let gpu = from; gpu < to; gpu++) sum += cells[column * all + gpu] ?? 0;
      pixels[row * width + column] = Math.round(sum / (to - from));
    }
  }
  return pixels;
}

/** The models beside their rows; models with few GPUs get no room for a word. */
function modelLabels({ nodes }: Heat, all: number): Markup[] {
  const counts = new Map<string, number>();
  for (const { model, gpus } of nodes) counts.set(model, (counts.get(model) ?? 0) + gpus);
  const leastForWord = 0.035;
  return [...counts].map(([model, gpus]) => {
    const share = ((100 * gpus) / all).toFixed(3);
    const word = gpus / all < leastForWord ? '' : model === '' ? 'GPU' : model;
    return markup`<span style="height:${share}%" title="${model}: ${gpus}">${word}</span>`;
  });
}

/** The scale, once for all maps. */
export function heatLegend(): Markup {
  const steps = [0, 25, 50, 75, 100].map(percent => {
    const [red, green, blue] = palette[percent] ?? [0, 0, 0];
    return markup`<span class="key"><i style="background:rgb(${red},${green},${blue})"></i>${percent} %</span>`;
  });
  return markup`<p class="legend heat-legend">given of a GPU: ${steps}</p>`;
}
