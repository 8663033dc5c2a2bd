/** Replays recorded queries over worlds of series. */
import { queryAt, queryRange } from '../../../../sim/metrics/promql/query.js';
import { Labels } from '../../../../sim/metrics/promql/labels.js';
import { SeriesStore } from '../../../../sim/metrics/promql/series-store.js';
import type { CaseResult } from '../../family.js';
import { readLines } from '../../files.js';
import { isClose, labelsOf, loadSeries } from './notation.js';

interface WorldLine {
  readonly world: string;
  readonly base: number;
  readonly interval: number;
  readonly series: readonly { readonly metric: string; readonly values: string }[];
}

interface RecordedSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

interface QueryLine {
  readonly id: string;
  readonly world: string;
  readonly query: string;
  readonly time?: number;
  readonly start?: number;
  readonly end?: number;
  readonly step?: number;
  readonly resultType?: string;
  readonly result?: readonly RecordedSeries[] | readonly [number, string];
  readonly error?: string;
}

const tolerance = 1e-6;

/** The results of a file. */
export function* replayQueries(path: string): Iterable<CaseResult> {
  const worlds = new Map<string, { readonly store: SeriesStore; readonly base: number }>();
  for (const line of readLines<WorldLine | QueryLine>(path)) {
    if ('series' in line) {
      worlds.set(line.world, { store: storeOf(line), base: line.base });
      continue;
    }
    const world = worlds.get(line.world);
    const reason = world === undefined ? `no world ${line.world}` : difference(line, world);
    if (reason === undefined) yield { id: line.id, result: 'passed' };
    else yield { id: line.id, result: 'failed', reason: `${line.query}: ${reason}` };
  }
}

/** A store with the series of a world. */
export function storeOf({
  base,
  interval,
  series,
}: Pick<WorldLine, 'base' | 'interval' | 'series'>): SeriesStore {
  const store = new SeriesStore();
  for (const { metric, values } of series) {
    loadSeries(
      store,
      { labels: labelsOf(metric), values },
      { startMs: base * 1000, intervalMs: interval * 1000 },
    );
  }
  return store;
}

function difference(
  line: QueryLine,
  { store, base }: { readonly store: SeriesStore; readonly base: number },
): string | undefined {
  const ms = (seconds = 0): number => Math.round((base + seconds) * 1000);
  const answer =
    line.time === undefined
      ? queryRange(store, line.query, {
          startMs: ms(line.start),
          endMs: ms(line.end),
          stepMs: Math.round((line.step ?? 0) * 1000),
        })
      : queryAt(store, line.query, ms(line.time));
  if ('error' in answer) return line.error === undefined ? answer.error : undefined;
  if (line.error !== undefined) return `it should fail: ${line.error}`;
  const { value } = answer;
  if (value.kind !== line.resultType)
    return `a ${value.kind} instead of a ${line.resultType ?? ''}`;
  if (value.kind === 'scalar' || value.kind === 'string') {
    const [, wanted = ''] = (line.result ?? []) as readonly [number, string];
    const isSame =
      value.kind === 'string'
        ? value.value === wanted
        : isClose(value.value, Number(wanted.replace('Inf', 'Infinity')), tolerance);
    return isSame ? undefined : `${value.value} instead of ${wanted}`;
  }
  const given =
    value.kind === 'vector'
      ? value.elements.map(one => ({
          key: one.labels.key,
          points: [[line.time ?? 0, one.value]] as [number, number][],
        }))
      : value.ranges.map(({ labels, times, values }) => ({
          key: labels.key,
          points: times.map(
            (time, index) => [time / 1000 - base, values[index] ?? NaN] as [number, number],
          ),
        }));
  return seriesDifference(given, (line.result ?? []) as readonly RecordedSeries[]);
}

function seriesDifference(
  given: readonly {
    readonly key: string;
    readonly points: readonly (readonly [number, number])[];
  }[],
  wanted: readonly RecordedSeries[],
): string | undefined {
  const known = new Map(given.map(({ key, points }) => [key, points]));
  if (given.length !== wanted.length) return `${given.length} series instead of ${wanted.length}`;
  for (const { metric, value, values = [] } of wanted) {
    const { key } = Labels.of(metric);
    const points = known.get(key);
    if (points === undefined) return `no ${key}, but ${given.map(one => one.key).join(' ')}`;
    const told = value === undefined ? values : [value];
    if (points.length !== told.length)
      return `${key} has ${points.length} points instead of ${told.length}`;
    for (const [index, [time, text]] of told.entries()) {
      const [ownTime = NaN, own = NaN] = points[index] ?? [];
      const number = Number(text.replace('Inf', 'Infinity'));
      if (Math.abs(ownTime - time) > 0.002) return `${key} at ${ownTime} instead of ${time}`;
      if (!isClose(own, number, tolerance))
        return `${key} has ${own} instead of ${text} at ${time}`;
    }
  }
  return undefined;
}
