/**
 * Functions of histograms: native ones, and classic ones, series of cumulative buckets with the label `le`.
 * @upstream promql/quantile.go
 */
import { plainNumber } from '../../../api/go-number.js';
import { numberOf } from '../go-text.js';
import {
  fractionOfHistogram,
  quantileOfHistogram,
  varianceOfHistogram,
  type Estimate,
} from '../histogram/estimates.js';
import type { Histogram as NativeHistogram } from '../histogram/histogram.js';
import { remark } from '../remarks.js';
import type { Element, Value } from '../value.js';
import { info } from './info.js';
import { scalarAt, textAt, vectorAt, type CallContext, type PromqlFunction } from './function.js';

interface Bucket {
  readonly upper: number;
  count: number;
}

/** A histogram: its labels without `le`, its buckets in ascending order, each bound once. */
interface ClassicHistogram {
  readonly element: Element;
  readonly buckets: Bucket[];
}

const boundLabel = 'le';
const notOfHistogram: ReadonlySet<string> = new Set([boundLabel]);
/** Relative differences up to this are of rounding. */
const smallDelta = 1e-12;

function histogramsOf(
  context: CallContext,
  elements: readonly Element[],
): readonly ClassicHistogram[] {
  const found = new Map<string, ClassicHistogram>();
  for (const element of elements) {
    const bound = element.labels.get(boundLabel);
    const upper = /^[-+]?[\d.inf]/i.test(bound) ? numberOf(bound) : undefined;
    if (upper === undefined || /[a-z]$/i.test(bound.replace(/inf(inity)?$/i, ''))) {
      context.evaluation.notes.warn(remark.badBound(bound, nameIn(context, element)));
      continue;
    }
    const labels = element.labels.drop(notOfHistogram);
    const { key } = labels;
    let histogram = found.get(key);
    if (histogram === undefined) {
      histogram = { element: { ...element, labels }, buckets: [] };
      found.set(key, histogram);
    }
    histogram.buckets.push({ upper, count: element.value });
  }
  return [...found.values()].map(({ element, buckets }) => ({ element, buckets: merged(buckets) }));
}

function merged(buckets: Bucket[]): Bucket[] {
  buckets.sort((a, b) => a.upper - b.upper);
  const kept: Bucket[] = [];
  for (const bucket of buckets) {
    const last = kept.at(-1);
    if (last !== undefined && last.upper === bucket.upper) last.count += bucket.count;
    else kept.push({ ...bucket });
  }
  return kept;
}

/** Makes counts rise; true: by more than rounding tells. */
function forceRising(buckets: readonly Bucket[]): boolean {
  let isForced = false;
  let before = buckets[0]?.count ?? 0;
  for (const bucket of buckets.slice(1)) {
    const small =
      Math.abs(bucket.count - before) <=
      smallDelta * Math.max(Math.abs(bucket.count), Math.abs(before));
    if (bucket.count !== before && small) bucket.count = before;
    else if (bucket.count < before) {
      bucket.count = before;
      isForced = true;
    }
    before = bucket.count;
  }
  return isForced;
}

/** Whether a quantile can be told: there is a bucket of all, and another one. */
function hasAll(buckets: readonly Bucket[]): boolean {
  return buckets.at(-1)?.upper === Infinity && buckets.length >= 2;
}

/** The value below which this share of the observations lies. */
function quantile(share: number, buckets: readonly Bucket[]): number {
  if (Number.isNaN(share)) return NaN;
  if (share < 0) return -Infinity;
  if (share > 1) return Infinity;
  const last = buckets.at(-1);
  if (last === undefined || !hasAll(buckets) || last.count === 0 || Number.isNaN(last.count))
    return NaN;
  let rank = share * last.count;
  const found = buckets.slice(0, -1).findIndex(({ count }) => count >= rank);
  const index = found < 0 ? buckets.length - 1 : found;
  if (index === buckets.length - 1) return buckets.at(-2)?.upper ?? NaN;
  const { upper, count } = buckets[index] as Bucket;
  const below = buckets[index - 1];
  if (below === undefined && upper <= 0) return upper;
  const lower = below?.upper ?? 0;
  rank -= below?.count ?? 0;
  return lower + (upper - lower) * (rank / (count - (below?.count ?? 0)));
}

/** The share of observations between two values. */
function fraction(from: number, until: number, buckets: readonly Bucket[]): number {
  const last = buckets.at(-1);
  if (last?.upper !== Infinity || last.count === 0 || Number.isNaN(last.count)) return NaN;
  if (Number.isNaN(from) || Number.isNaN(until)) return NaN;
  if (from >= until) return 0;
  return (rankOf(until, buckets) - rankOf(from, buckets)) / last.count;
}

/** How many observations are below a value, spread evenly within a bucket. */
function rankOf(value: number, buckets: readonly Bucket[]): number {
  let lower = (buckets[0]?.upper ?? 0) > 0 ? 0 : -Infinity;
  let before = 0;
  for (const { upper, count } of buckets) {
    if (value <= lower) return before;
    if (value < upper || (value === Infinity && upper === Infinity)) {
      if (value === Infinity) return count;
      if (lower === -Infinity) return count;
      if (upper === Infinity) return before;
      return before + ((count - before) * (value - lower)) / (upper - lower);
    }
    lower = upper;
    before = count;
  }
  return before;
}

function noteShare(context: CallContext, share: number): void {
  if (share >= 0 && share <= 1) return;
  context.evaluation.notes.warn(
    `quantile value should be between 0 and 1, got ${plainNumber(share)}`,
  );
}

/** What an element is named by in remarks: where names go early, it is named no more. */
function nameIn({ evaluation }: CallContext, { labels }: Element): string {
  return evaluation.dropsNamesLate ? labels.name : '';
}

/** The histograms of a vector: classic ones, gathered from their buckets, and native ones. */
function gathered(context: CallContext, elements: readonly Element[]) {
  const { notes } = context.evaluation;
  const classic = histogramsOf(
    context,
    elements.filter(({ histogram }) => histogram === undefined),
  );
  const byLabels = new Map(classic.map(one => [one.element.labels.key, one]));
  const native = elements.flatMap(element => {
    const { histogram, labels } = element;
    if (histogram === undefined) return [];
    // Of a histogram in both forms neither is believed.
    if (byLabels.delete(labels.key)) {
      notes.warn(remark.mixedClassic(nameIn(context, element)));
      return [];
    }
    return [{ element, histogram }];
  });
  return { native, classic: [...byLabels.values()] };
}

function note(context: CallContext, element: Element, { about }: Estimate): void {
  const { notes } = context.evaluation;
  const { name } = element.labels;
  if (about === 'is NaN') notes.inform(remark.quantileIsNaN(name));
  if (about === 'is skewed') notes.inform(remark.quantileIsSkewed(name));
  if (about === 'leaves NaN out') notes.inform(remark.fractionLeavesOut(name));
}

function quantileOfEach(context: CallContext, share: number, elements: readonly Element[]) {
  const { evaluation } = context;
  const { native, classic } = gathered(context, elements);
  const ofNative = native.map(({ element, histogram }) => {
    const estimate = quantileOfHistogram(share, histogram);
    note(context, element, estimate);
    return evaluation.renamed(element, estimate.value);
  });
  const ofClassic = classic.map(({ element, buckets }) => {
    if (hasAll(buckets) && forceRising(buckets)) {
      evaluation.notes.inform(remark.forcedRising(element.labels.name));
    }
    return evaluation.renamed(element, quantile(share, buckets));
  });
  return [...ofNative, ...ofClassic];
}

function histogramQuantile(context: CallContext): Value {
  const share = scalarAt(context, 0);
  noteShare(context, share);
  return context.evaluation.distinct(quantileOfEach(context, share, vectorAt(context, 1)));
}

function histogramQuantiles(context: CallContext): Value {
  const label = textAt(context, 1);
  const shares = context.call.arguments.slice(2).map((_, index) => scalarAt(context, index + 2));
  const elements = vectorAt(context, 0);
  const found = shares.flatMap(share => {
    noteShare(context, share);
    return quantileOfEach(context, share, elements).map(element => ({
      ...element,
      labels: element.labels.with([[label, openMetricsNumber(share)]]),
    }));
  });
  return context.evaluation.distinct(found);
}

/** Whole numbers end in `.0`. @upstream model/labels: `FormatOpenMetricsFloat` */
function openMetricsNumber(value: number): string {
  const text = plainNumber(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function histogramFraction(context: CallContext): Value {
  const { evaluation } = context;
  const [from, until] = [scalarAt(context, 0), scalarAt(context, 1)];
  const { native, classic } = gathered(context, vectorAt(context, 2));
  return evaluation.distinct([
    ...native.map(({ element, histogram }) => {
      const estimate = fractionOfHistogram(from, until, histogram);
      note(context, element, estimate);
      return evaluation.renamed(element, estimate.value);
    }),
    ...classic.map(({ element, buckets }) =>
      evaluation.renamed(element, fraction(from, until, buckets)),
    ),
  ]);
}

/** A function of native histograms, which leaves numbers out. */
function ofNative(reckon: (histogram: NativeHistogram) => number): PromqlFunction {
  return context => {
    const { evaluation } = context;
    return evaluation.distinct(
      vectorAt(context, 0).flatMap(element =>
        element.histogram === undefined
          ? []
          : evaluation.renamed(element, reckon(element.histogram)),
      ),
    );
  };
}

/** By name. */
export const bucketFunctions: Readonly<Record<string, PromqlFunction>> = {
  histogram_avg: ofNative(({ sum, count }) => sum / count),
  histogram_count: ofNative(({ count }) => count),
  histogram_fraction: histogramFraction,
  histogram_quantile: histogramQuantile,
  histogram_quantiles: histogramQuantiles,
  histogram_stddev: ofNative(histogram => Math.sqrt(varianceOfHistogram(histogram))),
  histogram_stdvar: ofNative(varianceOfHistogram),
  histogram_sum: ofNative(({ sum }) => sum),
  info,
};
