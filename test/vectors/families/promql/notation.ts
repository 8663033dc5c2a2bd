/** Series as Prometheus' own tests write them: `up{job="a"} 0+1x5 _ stale`. */
import { numberOf } from '../../../../sim/metrics/promql/go-text.js';
import { Labels } from '../../../../sim/metrics/promql/labels.js';
import { parseQuery } from '../../../../sim/metrics/promql/parse.js';
import type { SeriesStore } from '../../../../sim/metrics/promql/series-store.js';

/** A point: undefined where there is none. */
export type Point = number | 'stale' | undefined;

/** What is written, or that it has native histograms, which are not simulated. */
export const nativeHistograms = 'native histograms are not simulated';

/** The points of a line, or undefined where one is a native histogram. */
export function pointsOf(text: string): readonly Point[] | undefined {
  if (text.includes('{{')) return undefined;
  return text
    .trim()
    .split(/\s+/)
    .filter(word => word !== '')
    .flatMap(word => expanded(word));
}

function expanded(word: string): Point[] {
  if (word === '_') return [undefined];
  if (word === 'stale') return ['stale'];
  const count = /x(\d+)$/.exec(word)?.[1];
  if (count === undefined) return [numberTold(word)];
  const body = word.slice(0, -1 - count.length);
  if (body === '_') return Array.from({ length: Number(count) }, () => undefined);
  const stepped =
    /^([-+]?(?:[\d.]+(?:e[-+]?\d+)?|inf|nan))([-+](?:[\d.]+(?:e[-+]?\d+)?|inf))$/i.exec(body);
  const start = numberTold(stepped?.[1] ?? body);
  const step = stepped?.[2] === undefined ? 0 : numberTold(stepped[2]);
  return Array.from({ length: Number(count) + 1 }, (_, index) =>
    index === 0 ? start : start + index * step,
  );
}

function numberTold(word: string): number {
  const value = numberOf(word);
  if (value === undefined) throw new Error(`no number: ${word}`);
  return value;
}

/** A series' labels as a selector writes them. */
export function labelsOf(text: string): Labels {
  if (text.trim() === '{}') return Labels.none;
  const expression = parseQuery(text);
  if (expression.kind !== 'selector') throw new Error(`no series: ${text}`);
  return Labels.of(expression.matchers.map(({ name, value }) => [name, value] as const));
}

/** Splits `metric{...} values`: braces may hold blanks. */
export function splitSeries(line: string): readonly [string, string] {
  let isQuoted = false;
  let depth = 0;
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? '';
    if (character === '\\') at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && character === '{') depth++;
    else if (!isQuoted && character === '}') depth--;
    else if (!isQuoted && depth === 0 && /\s/.test(character))
      return [line.slice(0, at), line.slice(at)];
  }
  return [line, ''];
}

/** Puts points into a store, one each interval; false: there are native histograms among them. */
export function loadSeries(
  store: SeriesStore,
  series: { readonly labels: Labels; readonly values: string },
  times: { readonly startMs: number; readonly intervalMs: number },
): boolean {
  const points = pointsOf(series.values);
  if (points === undefined) return false;
  points.forEach((point, index) => {
    if (point === undefined) return;
    store.append(series.labels, times.startMs + index * times.intervalMs, point);
  });
  return true;
}

/** Whether two numbers are the same but for rounding; NaN is NaN. */
export function isClose(a: number, b: number, tolerance: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  if (a === b) return true;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  const size = Math.abs(a) + Math.abs(b);
  return (
    Math.abs(a - b) <= tolerance * Math.min(size, Number.MAX_VALUE) ||
    Math.abs(a - b) < Number.MIN_VALUE * 4
  );
}
