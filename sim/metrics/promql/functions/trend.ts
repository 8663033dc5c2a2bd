/** Functions of where samples of a range are heading. @upstream promql/functions.go */
import { failQuery } from '../fault.js';
import { KahanSum } from '../sums.js';
import type { RangeElement, Value } from '../value.js';
import { ofRange, scalarAt, type CallContext, type PromqlFunction } from './function.js';

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
export const trendFunctions: Readonly<Record<string, PromqlFunction>> = {
  deriv: slope,
  double_exponential_smoothing: smoothed,
  predict_linear: predicted,
};
