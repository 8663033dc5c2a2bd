/**
 * Changes over a range whose ends are filled by the samples nearest to them: `anchored`, `smoothed`.
 *
 * @upstream promql/functions.go: `extendedRate`, `extendedHistogramRate`
 */
import { changeWithin, type Noting } from '../histogram/change.js';
import { interpolated } from '../histogram/interpolated.js';
import { isCustom, divided, compacted, type Histogram } from '../histogram/histogram.js';
import { isReset } from '../histogram/reset.js';
import type { RangeEnds } from '../expression.js';
import type { Sample } from '../join.js';
import { remark } from '../remarks.js';
import type { Element, HistogramSample, Notes, RangeElement, Window } from '../value.js';

/** What is asked of a range with filled ends. */
export interface ExtendedChange {
  readonly ends: RangeEnds;
  readonly isCounter: boolean;
  readonly isPerSecond: boolean;
}

/** The samples that count: those within, and what stands for the ends. Undefined: there are none. */
function countedPlaces(times: readonly number[], { fromMs, untilMs }: Window, ends: RangeEnds) {
  const end = times.length - 1;
  const search = (isThere: (timeMs: number) => boolean): number => {
    const found = times.slice(0, end).findIndex(isThere);
    return found < 0 ? end : found;
  };
  const first = Math.max(0, search(timeMs => timeMs > fromMs) - 1);
  const last = ends === 'smoothed' ? search(timeMs => timeMs >= untilMs) : end;
  if ((times[last] as number) <= fromMs) return undefined;
  if (ends === 'smoothed' && (times[first] as number) > untilMs) return undefined;
  return { first, last };
}

/** The change of numbers over a range. */
export function extendedChange(
  range: RangeElement,
  window: Window,
  { ends, isCounter, isPerSecond }: ExtendedChange,
): Sample | undefined {
  const { times, values } = range;
  const places = countedPlaces(times, window, ends);
  if (places === undefined) return undefined;
  const { left, right, within } = filledEnds({ times, values }, window, {
    ends,
    isCounter,
    places,
  });
  const reset = isCounter ? lostToResets([left, ...within, right]) : 0;
  const change = right - left + reset;
  return { value: isPerSecond ? change / secondsOf(window) : change };
}

const secondsOf = ({ fromMs, untilMs }: Window): number => (untilMs - fromMs) / 1000;

interface Numbers {
  readonly times: readonly number[];
  readonly values: readonly number[];
}

function filledEnds(
  { times, values }: Numbers,
  { fromMs, untilMs }: Window,
  {
    ends,
    isCounter,
    places: { first, last },
  }: {
    readonly ends: RangeEnds;
    readonly isCounter: boolean;
    readonly places: { readonly first: number; readonly last: number };
  },
) {
  const at = (index: number, atMs: number): number =>
    between({ times, values }, index, { atMs, isCounter });
  const isSmoothed = ends === 'smoothed';
  const firstMs = times[first] as number;
  const lastMs = times[last] as number;
  const left = isSmoothed && firstMs < fromMs ? at(first, fromMs) : (values[first] as number);
  const right =
    isSmoothed && last > 0 && lastMs > untilMs ? at(last - 1, untilMs) : (values[last] as number);
  const begin = firstMs <= fromMs ? first + 1 : first;
  const end = lastMs >= untilMs ? last - 1 : last;
  return { left, right, within: values.slice(begin, end + 1), times: times.slice(begin, end + 1) };
}

/** The value on the line between a sample and the next one; what was reset begins at 0. */
function between(
  { times, values }: Numbers,
  index: number,
  { atMs, isCounter }: { readonly atMs: number; readonly isCounter: boolean },
): number {
  const [fromMs, untilMs] = [times[index] as number, times[index + 1] as number];
  const [told, until] = [values[index] as number, values[index + 1] as number];
  const from = isCounter && until < told ? 0 : told;
  return from + ((until - from) * (atMs - fromMs)) / (untilMs - fromMs);
}

function lostToResets(values: readonly number[]): number {
  let lost = 0;
  for (let index = 1; index < values.length; index++) {
    const before = values[index - 1] as number;
    if ((values[index] as number) < before) lost += before;
  }
  return lost;
}

/** A range's numbers with its ends filled: what a range vector shows that is asked for itself. */
export function withFilledEnds(
  range: RangeElement,
  window: Window,
  ends: RangeEnds,
): RangeElement | undefined {
  const { times, values } = range;
  const places = countedPlaces(times, window, ends);
  if (places === undefined) return undefined;
  const filled = filledEnds({ times, values }, window, { ends, isCounter: false, places });
  return {
    ...range,
    times: [window.fromMs, ...filled.times, window.untilMs],
    values: [filled.left, ...filled.within, filled.right],
  };
}

/** A series on the line between its samples; behind the last one it stays. Undefined: it has not begun. */
export function smoothedAt(range: RangeElement, atMs: number, notes: Notes): Element | undefined {
  const { labels, times, values, histograms = [] } = range;
  if (histograms.length > 0 && times.length > 0) {
    notes.warn(remark.mixedSamples(labels.name));
    return undefined;
  }
  if (histograms.length > 0) {
    const histogram = smoothedHistogram(histograms, atMs, { name: labels.name, notes });
    return histogram && { labels, value: NaN, histogram };
  }
  const next = times.findIndex(timeMs => timeMs >= atMs);
  if (next < 0) return { labels, value: values.at(-1) as number };
  if (times[next] === atMs) return { labels, value: values[next] as number };
  if (next === 0) return undefined;
  return { labels, value: between({ times, values }, next - 1, { atMs, isCounter: false }) };
}

function smoothedHistogram(
  samples: readonly HistogramSample[],
  atMs: number,
  noting: Noting,
): Histogram | undefined {
  const next = samples.findIndex(({ timeMs }) => timeMs >= atMs);
  const last = samples.at(-1);
  if (next < 0) return last && { ...last.histogram, hint: 'unknown' };
  const [before, after] = [samples[next - 1], samples[next]];
  if (after === undefined || after.timeMs === atMs) return after?.histogram;
  if (before === undefined) return undefined;
  if (!areAlike([before, after], false, noting)) return undefined;
  const isCounter = before.histogram.hint !== 'gauge' || after.histogram.hint !== 'gauge';
  return interpolated(before, after, atMs, { isCounter, noting });
}

/** The change of histograms over a range. */
export function extendedHistogramChange(
  samples: readonly HistogramSample[],
  window: Window,
  { ends, isCounter, isPerSecond }: ExtendedChange,
  noting: Noting,
): Sample | undefined {
  const places = countedPlaces(
    samples.map(({ timeMs }) => timeMs),
    window,
    ends,
  );
  if (places === undefined) return undefined;
  const { first, last } = places;
  const own = samples.slice(first, last + 1);
  if (!areAlike(own, isCounter, noting)) return undefined;
  const line = { isCounter, noting };
  const isSmoothed = ends === 'smoothed';
  const { fromMs, untilMs } = window;
  const [from, second, end] = [own[0], own[1], own.at(-1)];
  if (from === undefined || end === undefined) return undefined;
  const isLineBefore = isSmoothed && from.timeMs < fromMs && second !== undefined;
  const left = isLineBefore ? interpolated(from, second, fromMs, line) : from.histogram;
  const ahead = samples[last - 1];
  const isLineAfter = isSmoothed && ahead !== undefined && end.timeMs > untilMs;
  const right = isLineAfter ? interpolated(ahead, end, untilMs, line) : end.histogram;
  if (left === undefined || right === undefined) return undefined;
  if (!isCounter && (left.hint !== 'gauge' || right.hint !== 'gauge')) {
    noting.notes.warn(remark.noGauge(noting.name));
  }
  const lost = isCounter ? lostHistograms(own, { left, right, isLineBefore }) : [];
  const change = changeWithin(right, left, lost, noting);
  if (change === undefined) return undefined;
  const told = isPerSecond ? divided(change, secondsOf(window)) : change;
  return { value: NaN, histogram: compacted({ ...told, hint: 'gauge' }) };
}

function areAlike(
  samples: readonly HistogramSample[],
  isCounter: boolean,
  { name, notes }: Noting,
): boolean {
  const [first] = samples;
  for (const { histogram } of samples) {
    if (first !== undefined && isCustom(histogram) !== isCustom(first.histogram)) {
      notes.warn(remark.mixedBuckets(name));
      return false;
    }
    if (isCounter && histogram.hint === 'gauge') notes.warn(remark.noCounter(name));
  }
  return true;
}

/** The histograms that were lost to resets between the ends. */
function lostHistograms(
  samples: readonly HistogramSample[],
  {
    left,
    right,
    isLineBefore,
  }: { readonly left: Histogram; readonly right: Histogram; readonly isLineBefore: boolean },
): readonly Histogram[] {
  const [first, second] = samples;
  let before = left;
  let from = 1;
  // The line to the left end has gone over that reset already.
  if (
    isLineBefore &&
    first !== undefined &&
    second !== undefined &&
    isReset(second.histogram, first.histogram)
  ) {
    before = second.histogram;
    from = 2;
  }
  if (from > samples.length - 1) return [];
  const lost: Histogram[] = [];
  for (const { histogram } of samples.slice(from, -1)) {
    if (isReset(histogram, before)) lost.push(before);
    before = histogram;
  }
  if (isReset(right, before)) lost.push(before);
  return lost;
}
