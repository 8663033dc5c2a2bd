/** How native histograms change over a range. @upstream promql/functions.go: `histogramRate`, `instantValue` */
import { remark } from '../remarks.js';
import type { HistogramSample, Notes } from '../value.js';
import { compacted, emptyHistogram, isCustom, type Histogram } from './histogram.js';
import { isReset } from './reset.js';
import { isRestarted } from '../starts.js';
import { coarsened, joined } from './sum.js';

/** Where is noted what is odd, and of which metric. */
export interface Noting {
  readonly name: string;
  readonly notes: Notes;
}

/** The change from the first to the last, over resets of a counter; undefined: they do not go together. */
export function changeOfHistograms(
  samples: readonly HistogramSample[],
  { isCounter, isBegun = false }: { readonly isCounter: boolean; readonly isBegun?: boolean },
  noting: Noting,
): Histogram | undefined {
  const [told, second] = [samples[0]?.histogram, samples[1]?.histogram];
  if (told === undefined) return undefined;
  // It began within the range: the first one counts whole.
  if (second === undefined) return isBegun ? told : undefined;
  const change = changeOfMany(samples, [told, second], isCounter, noting);
  return isBegun ? change && reckoned(change, told, 1, noting) : change;
}

function changeOfMany(
  samples: readonly HistogramSample[],
  [told, second]: readonly [Histogram, Histogram],
  isCounter: boolean,
  noting: Noting,
): Histogram | undefined {
  const all = samples.map(({ histogram }) => histogram);
  const last = all.at(-1) ?? second;
  noteKind(isCounter ? all : [told, last], isCounter, noting);
  const isAnew = samples.map((sample, index) => {
    const before = samples[index - 1];
    return before !== undefined && isRestarted(sample, before);
  });
  // Of the one before a reset nothing is needed, and its buckets may be others.
  const isAfterReset = isCounter && (isAnew[1] === true || isReset(second, told));
  const first = isAfterReset
    ? { ...emptyHistogram, schema: second.schema, bounds: second.bounds }
    : told;
  const between = isCounter ? all.slice(1, -1) : [];
  if ([...between, last].some(one => isCustom(one) !== isCustom(first))) {
    noting.notes.warn(remark.mixedBuckets(noting.name));
    return undefined;
  }
  const schema = Math.min(...[first, ...between, last].map(one => one.schema));
  let change = reckoned(coarsened(last, schema), first, -1, noting);
  let before: Histogram = first;
  all.forEach((histogram, index) => {
    if (!isCounter || index === 0) return;
    if (change !== undefined && (isAnew[index] === true || isReset(histogram, before))) {
      change = reckoned(change, before, 1, noting);
    }
    before = histogram;
  });
  return change && compacted({ ...change, hint: 'gauge' });
}

/** The change of the last two. */
export function changeOfTwo(
  [before, last]: readonly [Histogram, Histogram],
  { isCounter, isAnew }: { readonly isCounter: boolean; readonly isAnew: boolean },
  noting: Noting,
): Histogram | undefined {
  noteKind([before, last], isCounter, noting);
  const isWhole = isAnew || (isCounter && isReset(last, before));
  const change = isWhole ? last : reckoned(last, before, -1, noting);
  return change && compacted({ ...change, hint: 'gauge' });
}

/** A function of counters is not for gauges, nor one of gauges for counters. */
function noteKind(
  histograms: readonly Histogram[],
  isCounter: boolean,
  { name, notes }: Noting,
): void {
  const isGauge = ({ hint }: Histogram) => hint === 'gauge';
  if (isCounter && histograms.some(isGauge)) notes.warn(remark.noCounter(name));
  if (!isCounter && !histograms.every(isGauge)) notes.warn(remark.noGauge(name));
}

/** The change between two ends, with what was lost to resets between them. */
export function changeWithin(
  right: Histogram,
  left: Histogram,
  lost: readonly Histogram[],
  noting: Noting,
): Histogram | undefined {
  let change = reckoned(right, left, -1, noting);
  const [first, ...more] = lost;
  if (first === undefined) return change;
  let correction: Histogram | undefined = first;
  for (const one of more) correction = correction && reckoned(correction, one, 1, noting);
  if (change !== undefined && correction !== undefined) {
    change = reckoned(change, correction, 1, noting);
  }
  return correction && change;
}

/** The sum or the difference of two, with what is to say of it noted. */
export function reckoned(
  a: Histogram,
  b: Histogram,
  sign: 1 | -1,
  { name, notes }: Noting,
): Histogram | undefined {
  const found = joined(a, b, sign);
  if (found === undefined) {
    notes.warn(remark.mixedBuckets(name));
    return undefined;
  }
  if (found.isReconciled) {
    notes.inform(remark.reconciled(sign === 1 ? 'addition' : 'subtraction'));
  }
  return found.histogram;
}
