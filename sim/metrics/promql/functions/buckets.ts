/**
 * Functions of classic histograms: series of cumulative buckets with the label `le`.
 * @upstream promql/quantile.go
 */
import { failQuery } from '../fault.js';
import { numberOf, plainNumber } from '../go-text.js';
import { nameLabel } from '../labels.js';
import type { Element, Value } from '../value.js';
import { scalarAt, textAt, vectorAt, type CallContext, type PromqlFunction } from './function.js';

interface Bucket {
  readonly upper: number;
  count: number;
}

/** A histogram: its labels without `le`, its buckets in ascending order, each bound once. */
interface Histogram {
  readonly element: Element;
  readonly buckets: Bucket[];
}

const boundLabel = 'le';
const notOfHistogram: ReadonlySet<string> = new Set([boundLabel, nameLabel]);
/** Relative differences up to this are of rounding. */
const smallDelta = 1e-12;

function histogramsOf(context: CallContext, elements: readonly Element[]): readonly Histogram[] {
  const found = new Map<string, Histogram>();
  for (const element of elements) {
    const bound = element.labels.get(boundLabel);
    const upper = /^[-+]?[\d.inf]/i.test(bound) ? numberOf(bound) : undefined;
    if (upper === undefined || /[a-z]$/i.test(bound.replace(/inf(inity)?$/i, ''))) {
      context.evaluation.notes.warn(
        `bucket label "le" is missing or has a malformed value of ${JSON.stringify(bound)}`,
      );
      continue;
    }
    const { key } = element.labels.drop(notOfHistogram);
    let histogram = found.get(key);
    if (histogram === undefined) {
      const labels = element.labels.drop(new Set([boundLabel]));
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
  if (last === undefined || !hasAll(buckets) || last.count === 0 || Number.isNaN(last.count))
    return NaN;
  if (Number.isNaN(from) || Number.isNaN(until)) return NaN;
  if (from >= until) return 0;
  return (rankOf(until, buckets) - rankOf(from, buckets)) / last.count;
}

/** How many observations are below a value, spread evenly within a bucket. */
function rankOf(value: number, buckets: readonly Bucket[]): number {
  let lower = (buckets[0]?.upper ?? 0) > 0 ? 0 : -Infinity;
  let before = 0;
  for (const { upper, count } of buckets) {
    if (value < lower) return before;
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

function quantileOfEach(context: CallContext, share: number, elements: readonly Element[]) {
  const { evaluation } = context;
  return histogramsOf(context, elements).map(({ element, buckets }) => {
    if (hasAll(buckets) && forceRising(buckets)) {
      evaluation.notes.inform(
        'input to histogram_quantile needed to be fixed for monotonicity (see ' +
          'https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile) ' +
          `for metric name ${JSON.stringify(element.labels.name)}`,
      );
    }
    return evaluation.renamed(element, quantile(share, buckets));
  });
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
      labels: element.labels.with([[label, plainNumber(share)]]),
    }));
  });
  return context.evaluation.distinct(found);
}

function histogramFraction(context: CallContext): Value {
  const { evaluation } = context;
  const [from, until] = [scalarAt(context, 0), scalarAt(context, 1)];
  return evaluation.distinct(
    histogramsOf(context, vectorAt(context, 2)).map(({ element, buckets }) =>
      evaluation.renamed(element, fraction(from, until, buckets)),
    ),
  );
}

/** Of native histograms; the series that are simulated have none. */
const ofNative: PromqlFunction = context => {
  vectorAt(context, 0);
  return { kind: 'vector', elements: [] };
};

/** By name. */
export const bucketFunctions: Readonly<Record<string, PromqlFunction>> = {
  histogram_avg: ofNative,
  histogram_count: ofNative,
  histogram_fraction: histogramFraction,
  histogram_quantile: histogramQuantile,
  histogram_quantiles: histogramQuantiles,
  histogram_stddev: ofNative,
  histogram_stdvar: ofNative,
  histogram_sum: ofNative,
  info: () => failQuery('info() is not simulated'),
  start_timestamp: () => failQuery('start_timestamp() is not simulated'),
};
