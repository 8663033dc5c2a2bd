/** Series as Prometheus' own tests write them: `up{job="a"} 0+1x5 _ stale`. */
import { durationOf, numberOf } from '../../../../sim/metrics/promql/go-text.js';
import { Labels } from '../../../../sim/metrics/promql/labels.js';
import { parseQuery } from '../../../../sim/metrics/promql/parse.js';
import type { SeriesStore } from '../../../../sim/metrics/promql/series-store.js';
import { histogramsOf, type WrittenHistogram } from './histograms.js';

/** A point: undefined where there is none. */
export type Point = number | 'stale' | WrittenHistogram | undefined;

/** The points of a line. */
export function pointsOf(text: string): readonly Point[] {
  const words = text.match(/(?:\{\{.*?\}\}|\S)+/g) ?? [];
  return words.flatMap(word => expanded(word));
}

function expanded(word: string): readonly Point[] {
  if (word.startsWith('{{')) return histogramsOf(word);
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

/** What stands behind `@st`: from each sample how far to when it began, in ms. */
export function startsOf(text: string): readonly (number | undefined)[] {
  const words = text.trim().split(/\s+/);
  return words.flatMap(word => {
    const told = /^([-+]?[^-+x]+)([-+][^-+x]+)?(?:x(\d+))?$/.exec(word);
    const [, first, step, count] = told ?? [];
    if (first === undefined || first === '_') return [undefined];
    const length = Number(count ?? 0) + 1;
    return Array.from(
      { length },
      (_, index) => lengthTold(first) + index * lengthTold(step ?? '0'),
    );
  });
}

function lengthTold(text: string): number {
  const length = durationOf(text.replace(/^[-+]/, ''));
  if (length === undefined) throw new Error(`no length: ${text}`);
  return text.startsWith('-') ? -length : length;
}

/** Puts points into a store, one each interval. */
export function loadSeries(
  store: SeriesStore,
  series: {
    readonly labels: Labels;
    readonly values: string;
    readonly starts?: readonly (number | undefined)[];
  },
  times: { readonly startMs: number; readonly intervalMs: number },
): void {
  pointsOf(series.values).forEach((point, index) => {
    if (point === undefined) return;
    const value = typeof point === 'object' ? point.histogram : point;
    const timeMs = times.startMs + index * times.intervalMs;
    const begun = series.starts?.[index];
    const startMs = series.starts && (begun === undefined ? 0 : timeMs + begun);
    store.append(series.labels, timeMs, value, startMs);
  });
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
