/** Native histograms as Prometheus' own tests write them: `{{schema:1 sum:4 count:3 buckets:[1 2]}}`. */
import { numberOf } from '../../../../sim/metrics/promql/go-text.js';
import { convertedClassic } from '../../../../sim/metrics/promql/histogram/classic.js';
import {
  compacted,
  emptyHistogram,
  type Cell,
  type Histogram,
  type ResetHint,
} from '../../../../sim/metrics/promql/histogram/histogram.js';
import { joined } from '../../../../sim/metrics/promql/histogram/sum.js';
import { nameLabel, type Labels } from '../../../../sim/metrics/promql/labels.js';
import type { SeriesStore } from '../../../../sim/metrics/promql/series-store.js';
import { isClose, type Point } from './notation.js';

/** A histogram of a test. */
export interface WrittenHistogram {
  readonly histogram: Histogram;
  /** The hint is written down, so that it counts. */
  readonly isHintTold: boolean;
}

const hints: Readonly<Record<string, ResetHint>> = {
  unknown: 'unknown',
  reset: 'reset',
  not_reset: 'not reset',
  gauge: 'gauge',
};

/** Reads what stands between the braces. */
function written(body: string): WrittenHistogram {
  const fields = new Map(
    [...body.matchAll(/(\w+):(\[[^\]]*\]|\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  );
  const number = (name: string): number => {
    const text = fields.get(name);
    return text === undefined ? 0 : (numberOf(text) ?? NaN);
  };
  const list = (name: string): readonly number[] =>
    (fields.get(name) ?? '')
      .replaceAll(/[[\]]/g, '')
      .split(/\s+/)
      .filter(text => text !== '')
      .map(text => numberOf(text) ?? NaN);
  const cells = (name: string, offset: string): readonly Cell[] =>
    list(name).map((count, index) => ({ index: index + number(offset), count }));
  const histogram: Histogram = {
    ...emptyHistogram,
    hint: hints[fields.get('counter_reset_hint') ?? 'unknown'] ?? 'unknown',
    schema: number('schema'),
    zeroThreshold: number('z_bucket_w'),
    zeroCount: number('z_bucket'),
    count: number('count'),
    sum: number('sum'),
    positive: cells('buckets', 'offset'),
    negative: cells('n_buckets', 'n_offset'),
    bounds: list('custom_values'),
  };
  return { histogram, isHintTold: fields.has('counter_reset_hint') };
}

const oneOrMore = /^\{\{(.*?)\}\}(?:([-+])\{\{(.*?)\}\})?(?:x(\d+))?$/;

/** The points of one word; a step is added as often as told. */
export function histogramsOf(word: string): readonly WrittenHistogram[] {
  const [, body = '', sign, step, count] = oneOrMore.exec(word) ?? [];
  const first = written(body);
  const found = [first];
  for (let more = 0; more < Number(count ?? 0); more++) {
    const before = found.at(-1) ?? first;
    const histogram =
      step === undefined
        ? first.histogram
        : joined(before.histogram, written(step).histogram, sign === '-' ? -1 : 1)?.histogram;
    if (histogram === undefined) throw new Error(`cannot be added: ${word}`);
    found.push({ ...first, histogram });
  }
  return found;
}

/** Whether a histogram is what a test wants, but for rounding. */
export function isSameHistogram(
  told: Histogram,
  { histogram, isHintTold }: WrittenHistogram,
  tolerance: number,
): boolean {
  const [own, wanted] = [compacted(told), compacted(histogram)];
  const isNear = (a: number, b: number) => isClose(a, b, tolerance);
  const areNear = (a: readonly Cell[], b: readonly Cell[]) =>
    a.length === b.length &&
    a.every(({ index, count }, at) => index === b[at]?.index && isNear(count, b[at]?.count ?? NaN));
  return (
    own.schema === wanted.schema &&
    own.zeroThreshold === wanted.zeroThreshold &&
    (!isHintTold || own.hint === wanted.hint) &&
    isNear(own.count, wanted.count) &&
    isNear(own.sum, wanted.sum) &&
    isNear(own.zeroCount, wanted.zeroCount) &&
    areNear(own.positive, wanted.positive) &&
    areNear(own.negative, wanted.negative) &&
    own.bounds.join(' ') === wanted.bounds.join(' ')
  );
}

/** A line that was loaded. */
interface Loaded {
  readonly labels: Labels;
  readonly points: readonly Point[];
}

/** Loads the native histograms that classic ones make: `load_with_nhcb`. */
export function loadConverted(
  store: SeriesStore,
  lines: readonly Loaded[],
  intervalMs: number,
): void {
  for (const { labels, moments } of gathered(lines)) {
    for (const [index, moment] of [...moments].sort(([a], [b]) => a - b)) {
      const histogram = convertedClassic(moment);
      if (histogram === undefined) throw new Error(`cannot be converted: ${String(labels)}`);
      store.append(labels, index * intervalMs, histogram);
    }
  }
}

interface Moment {
  readonly buckets: Map<number, number>;
  count?: number;
  sum?: number;
}

function gathered(lines: readonly Loaded[]) {
  const found = new Map<string, { labels: Labels; moments: Map<number, Moment> }>();
  for (const { labels, points } of lines) {
    const [, name, suffix] = /^(.*)_(bucket|count|sum)$/.exec(labels.name) ?? [];
    if (name === undefined) continue;
    const bound = suffix === 'bucket' ? (numberOf(labels.get('le')) ?? NaN) : Infinity;
    if (Number.isNaN(bound)) continue;
    const own = labels.drop(new Set(['le'])).with([[nameLabel, name]]);
    const series = found.get(own.key) ?? { labels: own, moments: new Map<number, Moment>() };
    found.set(own.key, series);
    points.forEach((point, index) => {
      if (typeof point !== 'number') return;
      const moment: Moment = series.moments.get(index) ?? { buckets: new Map() };
      series.moments.set(index, moment);
      if (suffix === 'bucket') moment.buckets.set(bound, point);
      else if (suffix === 'count') moment.count = point;
      else moment.sum = point;
    });
  }
  return found.values();
}
