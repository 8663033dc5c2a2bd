/** Functions of how samples of a range change. @upstream promql/functions.go */
import { failQuery } from '../fault.js';
import { KahanSum } from '../sums.js';
import type { RangeElement, Value, Window } from '../value.js';
import { ofRange, scalarAt, type CallContext, type PromqlFunction } from './function.js';

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
function extrapolated({ isCounter, isPerSecond }: ChangeOptions): PromqlFunction {
  return ofRange((range, window, context) => {
    const change = changeOf(range, isCounter);
    if (change === undefined) return undefined;
    if (isCounter) noteCounter(range, context);
    const factor = extension(range, window, isCounter ? change : undefined);
    const seconds = (window.untilMs - window.fromMs) / 1000;
    return change * (isPerSecond ? factor / seconds : factor);
  });
}

function changeOf({ values }: RangeElement, isCounter: boolean): number | undefined {
  if (values.length < 2) return undefined;
  let change = (values.at(-1) as number) - (values[0] as number);
  if (!isCounter) return change;
  for (let index = 1; index < values.length; index++) {
    const before = values[index - 1] as number;
    if ((values[index] as number) < before) change += before;
  }
  return change;
}

/** How many times longer the extended span is than the sampled one. */
function extension(
  { times, values }: RangeElement,
  { fromMs, untilMs }: Window,
  increase: number | undefined,
): number {
  const firstMs = times[0] as number;
  const lastMs = times.at(-1) as number;
  const sampled = (lastMs - firstMs) / 1000;
  const gap = sampled / (times.length - 1);
  const threshold = gap * 1.1;
  let before = (firstMs - fromMs) / 1000;
  let after = (untilMs - lastMs) / 1000;
  if (before >= threshold) before = gap / 2;
  const first = values[0] as number;
  if (increase !== undefined && increase > 0 && first >= 0) {
    // A counter was not below 0: it does not reach back further than to where it was 0.
    before = Math.min(before, sampled * (first / increase));
  }
  if (after >= threshold) after = gap / 2;
  return (sampled + before + after) / sampled;
}

/** Of the last two samples only. */
function instant(options: ChangeOptions): PromqlFunction {
  return ofRange(({ times, values }) => {
    if (values.length < 2) return undefined;
    const [before = 0, last = 0] = values.slice(-2);
    const seconds = ((times.at(-1) as number) - (times.at(-2) as number)) / 1000;
    const change = options.isCounter && last < before ? last : last - before;
    if (!options.isPerSecond) return change;
    return seconds === 0 ? undefined : change / seconds;
  });
}

/** How often neighbours are so. */
function counted(isOne: (value: number, before: number) => boolean): PromqlFunction {
  return ofRange(({ values }) => {
    let count = 0;
    for (let index = 1; index < values.length; index++) {
      if (isOne(values[index] as number, values[index - 1] as number)) count++;
    }
    return count;
  });
}

/** The line of least squares: its slope a second, and its value at a time. */
function lineOf(
  { times, values }: RangeElement,
  atMs: number,
): { readonly slope: number; readonly value: number } {
  const [first = NaN] = values;
  if (values.every(value => value === first)) {
    return Number.isFinite(first) ? { slope: 0, value: first } : { slope: NaN, value: NaN };
  }
  const [sumX, sumY, sumXY, sumXX] = [0, 0, 0, 0].map(() => new KahanSum()) as [
    KahanSum,
    KahanSum,
    KahanSum,
    KahanSum,
  ];
  times.forEach((timeMs, index) => {
    const x = (timeMs - atMs) / 1000;
    const y = values[index] as number;
    sumX.add(x);
    sumY.add(y);
    sumXY.add(x * y);
    sumXX.add(x * x);
  });
  const count = times.length;
  const covariance = sumXY.value - (sumX.value * sumY.value) / count;
  const variance = sumXX.value - (sumX.value * sumX.value) / count;
  const slope = covariance / variance;
  return { slope, value: sumY.value / count - (slope * sumX.value) / count };
}

const slope: PromqlFunction = ofRange(range =>
  range.values.length < 2 ? undefined : lineOf(range, range.times[0] as number).slope,
);

function predicted(context: CallContext): Value {
  const seconds = scalarAt(context, 1);
  return ofRange(range => {
    if (range.values.length < 2) return undefined;
    const line = lineOf(range, context.timeMs);
    return line.slope * seconds + line.value;
  })(context);
}

/** @see Holt and Winters: smoothing of the value and of its trend. */
function smoothed(context: CallContext): Value {
  const [ofValue, ofTrend] = [scalarAt(context, 1), scalarAt(context, 2)];
  for (const [what, factor] of [
    ['smoothing', ofValue],
    ['trend', ofTrend],
  ] as const) {
    if (!(factor > 0 && factor < 1)) {
      failQuery(`invalid ${what} factor. Expected: 0 < factor < 1, got: ${factor}`);
    }
  }
  return ofRange(({ values }) => {
    if (values.length < 2) return undefined;
    const [first = 0, second = 0] = values;
    let before = 0;
    let level = first;
    let trend = second - first;
    values.slice(1).forEach((value, index) => {
      if (index > 0) trend = ofTrend * (level - before) + (1 - ofTrend) * trend;
      before = level;
      level = ofValue * value + (1 - ofValue) * (before + trend);
    });
    return level;
  })(context);
}

/** By name. */
export const rateFunctions: Readonly<Record<string, PromqlFunction>> = {
  changes: counted(
    (value, before) => value !== before && !(Number.isNaN(value) && Number.isNaN(before)),
  ),
  delta: extrapolated({ isCounter: false, isPerSecond: false }),
  deriv: slope,
  double_exponential_smoothing: smoothed,
  idelta: instant({ isCounter: false, isPerSecond: false }),
  increase: extrapolated({ isCounter: true, isPerSecond: false }),
  irate: instant({ isCounter: true, isPerSecond: true }),
  predict_linear: predicted,
  rate: extrapolated({ isCounter: true, isPerSecond: true }),
  resets: counted((value, before) => value < before),
};
