/** Functions of how samples of a range change. @upstream promql/functions.go */
import { changeOfHistograms, changeOfTwo, type Noting } from '../histogram/change.js';
import { areEqual, divided, multiplied } from '../histogram/histogram.js';
import { isReset } from '../histogram/reset.js';
import type { Sample } from '../join.js';
import { numberAt, samplesOf, type Timed } from '../range-samples.js';
import { remark } from '../remarks.js';
import { beginningWithin, isOverlapping, isRestarted, type Started } from '../starts.js';
import type { Notes, RangeElement, Window } from '../value.js';
import { extendedChange, extendedHistogramChange, type ExtendedChange } from './extended-rates.js';
import { argument, endsOf, ofSamples, type CallContext, type PromqlFunction } from './function.js';

/** How a change is told. */
interface ChangeOptions {
  /** What falls was reset to 0. */
  readonly isCounter: boolean;
  readonly isPerSecond: boolean;
}

const counterEndings = /_(?:total|sum|count|bucket)$/;

function noteCounter(range: RangeElement, { evaluation }: CallContext): void {
  const { name } = range.labels;
  if (name === '' || range.isNameless === true || counterEndings.test(name)) return;
  evaluation.notes.inform(
    'metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ' +
      JSON.stringify(name),
  );
}

/** The change over the window: extended to its ends, as far as the samples let it. */
function extrapolated(options: ChangeOptions): PromqlFunction {
  return ofSamples((range, window, context) => {
    const { times, histograms } = range;
    const ends = endsOf(argument(context, 0));
    if (ends !== undefined) return extended(range, window, { ...options, ends }, context);
    if (histograms === undefined) return numberChange(range, window, options, context);
    if (times.length > 0) {
      context.evaluation.notes.warn(remark.mixedSamples(range.labels.name));
      return undefined;
    }
    return histogramChange(range, window, { ...options, notes: context.evaluation.notes });
  });
}

function numberChange(
  range: RangeElement,
  window: Window,
  options: ChangeOptions,
  context: CallContext,
): Sample | undefined {
  const { times, values } = range;
  const { isCounter } = options;
  const first = values[0] as number;
  const tellsStarts = isCounter && range.starts !== undefined;
  const begunMs = tellsStarts ? beginningWithin(numberAt(range, 0), window) : undefined;
  if (values.length < 2 && begunMs === undefined) return undefined;
  if (isCounter) noteCounter(range, context);
  if (tellsStarts) {
    noteOverlaps(samplesOf(range), { name: range.labels.name, notes: context.evaluation.notes });
  }
  const sampled = changeOf(range, isCounter);
  const change = begunMs === undefined ? sampled : sampled + first;
  const told = { times, first, change, ...(begunMs !== undefined && { begunMs }) };
  return { value: change * factorOf(told, window, options) };
}

/** The change over a range whose ends are filled. */
function extended(
  range: RangeElement,
  window: Window,
  asked: ExtendedChange,
  { evaluation: { notes } }: CallContext,
): Sample | undefined {
  const { labels, times, histograms } = range;
  if (histograms === undefined) return extendedChange(range, window, asked);
  if (times.length === 0) {
    return extendedHistogramChange(histograms, window, asked, { name: labels.name, notes });
  }
  notes.warn(remark.mixedSamples(labels.name));
  return undefined;
}

/** What the change is multiplied by. */
function factorOf(
  told: Sampled,
  window: Window,
  { isCounter, isPerSecond }: ChangeOptions,
): number {
  const factor = extension(told, window, isCounter);
  return isPerSecond ? factor / ((window.untilMs - window.fromMs) / 1000) : factor;
}

function histogramChange(
  { labels, histograms = [] }: RangeElement,
  window: Window,
  options: ChangeOptions & { readonly notes: Notes },
): Sample | undefined {
  const [first] = histograms;
  const { isCounter, notes } = options;
  const begunMs = isCounter ? beginningWithin(first, window) : undefined;
  if (first === undefined || (histograms.length < 2 && begunMs === undefined)) return undefined;
  const noting = { name: labels.name, notes };
  if (isCounter) noteOverlaps(histograms, noting);
  const change = changeOfHistograms(
    histograms,
    { isCounter, isBegun: begunMs !== undefined },
    noting,
  );
  if (change === undefined) return undefined;
  const times = histograms.map(({ timeMs }) => timeMs);
  const told = {
    times,
    first: first.histogram.count,
    change: change.count,
    ...(begunMs !== undefined && { begunMs }),
  };
  return { value: NaN, histogram: multiplied(change, factorOf(told, window, options)) };
}

/** The change from the first number to the last, over resets of a counter. */
function changeOf(range: RangeElement, isCounter: boolean): number {
  const { values, starts } = range;
  let change = (values.at(-1) as number) - (values[0] as number);
  if (!isCounter) return change;
  for (let index = 1; index < values.length; index++) {
    const before = values[index - 1] as number;
    const isFallen = (values[index] as number) < before;
    const isAnew =
      starts !== undefined && isRestarted(numberAt(range, index), numberAt(range, index - 1));
    if (isFallen || isAnew) change += before;
  }
  return change;
}

function noteOverlaps(samples: readonly Started[], { name, notes }: Noting): void {
  const isOne = samples.some((sample, index) => {
    const before = samples[index - 1];
    return before !== undefined && isOverlapping(sample, before);
  });
  if (isOne) notes.warn(remark.startsOverlap(name));
}

/** What is known of a sampled change: its times, the first value, and the change; of histograms their counts. */
interface Sampled {
  /** When the counter began, where that is told: what was before is not guessed then. */
  readonly begunMs?: number;
  readonly times: readonly number[];
  readonly first: number;
  readonly change: number;
}

/** How many times longer the extended span is than the sampled one. */
function extension(
  { times, first, change, begunMs }: Sampled,
  { fromMs, untilMs }: Window,
  isCounter: boolean,
): number {
  const firstMs = times[0] as number;
  const lastMs = times.at(-1) as number;
  const gap = times.length < 2 ? 0 : (lastMs - firstMs) / 1000 / (times.length - 1);
  const threshold = gap * 1.1;
  const sampled = (lastMs - (begunMs ?? firstMs)) / 1000;
  let before = (firstMs - fromMs) / 1000;
  let after = (untilMs - lastMs) / 1000;
  if (before >= threshold) before = gap / 2;
  if (begunMs !== undefined) before = 0;
  else if (isCounter && change > 0 && first >= 0) {
    // A counter was not below 0: it does not reach back further than to where it was 0.
    before = Math.min(before, sampled * (first / change));
  }
  if (after >= threshold) after = gap / 2;
  return (sampled + before + after) / sampled;
}

/** Of the last two samples only. */
function instant(options: ChangeOptions): PromqlFunction {
  return ofSamples((range, _window, { evaluation: { notes } }) => {
    const [before, last] = lastTwo(range);
    if (before === undefined || last === undefined) return undefined;
    const seconds = (last.timeMs - before.timeMs) / 1000;
    if (seconds === 0) return undefined;
    const { name } = range.labels;
    if (before.histogram === undefined && last.histogram === undefined) {
      const isFallen =
        options.isCounter && (last.value < before.value || isRestarted(last, before));
      const change = isFallen ? last.value : last.value - before.value;
      return { value: options.isPerSecond ? change / seconds : change };
    }
    if (before.histogram === undefined || last.histogram === undefined) {
      notes.warn(remark.mixedSamples(name));
      return undefined;
    }
    const two = [before.histogram, last.histogram] as const;
    const { isCounter } = options;
    const isAnew = isCounter && isRestarted(last, before);
    const change = changeOfTwo(two, { isCounter, isAnew }, { name, notes });
    if (change === undefined) return undefined;
    return { value: NaN, histogram: options.isPerSecond ? divided(change, seconds) : change };
  });
}

function lastTwo(range: RangeElement): readonly Timed[] {
  if (range.histograms !== undefined) return samplesOf(range).slice(-2);
  const { length } = range.times;
  return length < 2 ? [] : [numberAt(range, length - 2), numberAt(range, length - 1)];
}

/** How often neighbours are so. */
function counted(isOne: (sample: Timed, before: Timed) => boolean): PromqlFunction {
  return ofSamples((range, { fromMs }, context) => {
    const isAnchored = endsOf(argument(context, 0)) === 'anchored';
    const samples = isAnchored ? anchoredAt(samplesOf(range), fromMs) : samplesOf(range);
    if (samples === undefined) return undefined;
    let count = 0;
    for (let index = 1; index < samples.length; index++) {
      if (isOne(samples[index] as Timed, samples[index - 1] as Timed)) count++;
    }
    return { value: count };
  });
}

/** The newest sample that is not within the range, and those within; undefined: there are none within. */
function anchoredAt(samples: readonly Timed[], fromMs: number): readonly Timed[] | undefined {
  const within = samples.findIndex(({ timeMs }) => timeMs > fromMs);
  return within < 0 ? undefined : samples.slice(Math.max(0, within - 1));
}

const isChanged = (
  { value, histogram }: Sample,
  { value: valueBefore, histogram: before }: Sample,
): boolean => {
  if (histogram !== undefined && before !== undefined) return !areEqual(histogram, before);
  if (histogram !== undefined || before !== undefined) return true;
  return value !== valueBefore && !(Number.isNaN(value) && Number.isNaN(valueBefore));
};

const isResetAt = (sample: Timed, earlier: Timed): boolean => {
  const { histogram } = sample;
  const before = earlier.histogram;
  if ((histogram === undefined) !== (before === undefined)) return true;
  if (isRestarted(sample, earlier)) return true;
  if (histogram !== undefined && before !== undefined) return isReset(histogram, before);
  return sample.value < earlier.value;
};

/** By name. */
export const rateFunctions: Readonly<Record<string, PromqlFunction>> = {
  changes: counted(isChanged),
  delta: extrapolated({ isCounter: false, isPerSecond: false }),
  idelta: instant({ isCounter: false, isPerSecond: false }),
  increase: extrapolated({ isCounter: true, isPerSecond: false }),
  irate: instant({ isCounter: true, isPerSecond: true }),
  rate: extrapolated({ isCounter: true, isPerSecond: true }),
  resets: counted(isResetAt),
};
