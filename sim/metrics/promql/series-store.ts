/** Keeps time series in memory: what Prometheus' head block is to its queries. */
import type { Histogram } from './histogram/histogram.js';
import { hintStored } from './histogram/reset.js';
import { nameLabel, type Labels } from './labels.js';
import { matchesAll, type Matcher } from './matcher.js';

/** A series: samples in the order of time. A stale one ends the series until the next sample. */
export class Series {
  times = new Float64Array(16);
  values = new Float64Array(16);
  private stales = new Uint8Array(16);
  /** By index: samples that are no numbers; most series have none. */
  private histograms: (Histogram | undefined)[] | undefined;
  /** By index: since when a sample counts; most series do not tell it. */
  private starts: (number | undefined)[] | undefined;
  count = 0;

  constructor(readonly labels: Labels) {}

  /** Adds a sample; one that is not newer than the last is refused. False: it was. */
  append(timeMs: number, value: number | 'stale' | Histogram, startMs?: number): boolean {
    if (this.count > 0 && timeMs <= (this.times[this.count - 1] as number)) return false;
    if (this.count === this.times.length) this.resize(this.count * 2, 0);
    if (typeof value === 'object') this.keepHistogram(value);
    if (startMs !== undefined) (this.starts ??= [])[this.count] = startMs;
    this.times[this.count] = timeMs;
    this.values[this.count] = typeof value === 'number' ? value : NaN;
    this.stales[this.count++] = value === 'stale' ? 1 : 0;
    return true;
  }

  private keepHistogram(histogram: Histogram): void {
    this.histograms ??= [];
    const before = this.count === 0 ? undefined : this.histograms[this.count - 1];
    this.histograms[this.count] = { ...histogram, hint: hintStored(histogram, before) };
  }

  /** Since when a sample counts; undefined: the series does not tell it, 0: the sample does not. */
  start(index: number): number | undefined {
    return this.starts && (this.starts[index] ?? 0);
  }

  /** The histogram that a sample is; undefined: it is a number. */
  histogram(index: number): Histogram | undefined {
    return this.histograms?.[index];
  }

  isStale(index: number): boolean {
    return this.stales[index] === 1;
  }

  /** The index of the newest sample that is not after a time; -1: there is none. */
  newest(timeMs: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.times[middle] as number) <= timeMs) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Forgets what is not after a time: all of it, or what is worth the copying. */
  forget(untilMs: number): void {
    const gone = this.newest(untilMs) + 1;
    if (gone < this.count && (gone * 2 < this.count || gone < 64)) return;
    this.resize(Math.max(16, (this.count - gone) * 2), gone);
    this.count -= gone;
  }

  private resize(length: number, from: number): void {
    const { times, values, stales, count } = this;
    this.times = new Float64Array(length);
    this.values = new Float64Array(length);
    this.stales = new Uint8Array(length);
    this.times.set(times.subarray(from, count));
    this.values.set(values.subarray(from, count));
    this.stales.set(stales.subarray(from, count));
    if (from > 0) this.histograms?.splice(0, from);
    if (from > 0) this.starts?.splice(0, from);
  }
}

/** Series by their labels. */
export class SeriesStore {
  private readonly byKey = new Map<string, Series>();
  private readonly byName = new Map<string, Series[]>();
  private readonly selected = new WeakMap<
    readonly Matcher[],
    { readonly changes: number; readonly series: readonly Series[] }
  >();
  /** How often a series has come or gone. */
  private changes = 0;

  get size(): number {
    return this.byKey.size;
  }

  /** Adds a sample; false: it is not newer than the last of its series. */
  append(
    labels: Labels,
    timeMs: number,
    value: number | 'stale' | Histogram,
    startMs?: number,
  ): boolean {
    return this.series(labels).append(timeMs, value, startMs);
  }

  /** All series that match, in the order in which they came, as those in Prometheus' head block. */
  select(matchers: readonly Matcher[]): readonly Series[] {
    const before = this.selected.get(matchers);
    if (before?.changes === this.changes) return before.series;
    const named = matchers.find(({ name, operator }) => name === nameLabel && operator === '=');
    const candidates =
      named === undefined ? [...this.byKey.values()] : (this.byName.get(named.value) ?? []);
    const series = candidates.filter(({ labels }) => matchesAll(matchers, labels));
    this.selected.set(matchers, { changes: this.changes, series });
    return series;
  }

  /** Forgets samples that are not after a time, and the series that have no others; false: it has them all still. */
  forget(untilMs: number): boolean {
    const before = this.byKey.size;
    for (const series of this.byKey.values()) {
      series.forget(untilMs);
      if (series.count === 0) this.byKey.delete(series.labels.key);
    }
    if (this.byKey.size === before) return false;
    this.changes++;
    for (const [name, those] of this.byName) {
      const left = those.filter(({ count }) => count > 0);
      if (left.length === 0) this.byName.delete(name);
      else if (left.length < those.length) this.byName.set(name, left);
    }
    return true;
  }

  /** The series of these labels, which is made when it is new. */
  series(labels: Labels): Series {
    let series = this.byKey.get(labels.key);
    if (series !== undefined) return series;
    series = new Series(labels);
    this.changes++;
    this.byKey.set(labels.key, series);
    const { name } = labels;
    const those = this.byName.get(name);
    if (those === undefined) this.byName.set(name, [series]);
    else those.push(series);
    return series;
  }
}
