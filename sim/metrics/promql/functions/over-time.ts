/** Functions of the samples of a range, whatever their times. */
import { extreme } from '../aggregate.js';
import { plainNumber } from '../../../api/go-number.js';
import { meanOf, quantileOf, sumOf, varianceOf } from '../sums.js';
import { totalOf } from '../histogram/total.js';
import { remark } from '../remarks.js';
import type { Timed } from '../range-samples.js';
import type { RangeElement, Value } from '../value.js';
import { ofRange, ofSamples, scalarAt, type CallContext, type PromqlFunction } from './function.js';

const ofValues = (reckon: (values: readonly number[]) => number): PromqlFunction =>
  ofRange(({ values }) => reckon(values));

function quantiles(context: CallContext): Value {
  const share = scalarAt(context, 0);
  const isShare = share >= 0 && share <= 1;
  const { notes } = context.evaluation;
  return ofRange(
    ({ values }) => {
      if (!isShare) {
        notes.warn(`quantile value should be between 0 and 1, got ${plainNumber(share)}`);
      }
      return quantileOf(share, values);
    },
    { argumentIndex: 1 },
  )(context);
}

function medianDeviation(values: readonly number[]): number {
  if (values.some(Number.isNaN)) return NaN;
  const median = quantileOf(0.5, values);
  return quantileOf(
    0.5,
    values.map(value => Math.abs(value - median)),
  );
}

/** When the last of the best values came, in seconds. */
function timeOf(isBetter: (value: number, best: number) => boolean): PromqlFunction {
  return ofRange(({ times, values }) => {
    let at = 0;
    values.forEach((value, index) => {
      const best = values[at] as number;
      if (isBetter(value, best) || value === best || Number.isNaN(best)) at = index;
    });
    return (times[at] as number) / 1000;
  });
}

/** The first or the last sample of a range, which has one. */
function endOf(range: RangeElement, end: 0 | -1): Timed {
  const { times, values, histograms } = range;
  const histogram = histograms?.at(end);
  const number = { timeMs: times.at(end) ?? NaN, value: values.at(end) ?? NaN };
  if (histogram === undefined) return number;
  const isNumber = end === 0 ? number.timeMs < histogram.timeMs : number.timeMs > histogram.timeMs;
  return isNumber ? number : { value: NaN, ...histogram };
}

const sampleAt = (end: 0 | -1): PromqlFunction =>
  ofSamples(range => endOf(range, end), { keepsName: true });
const timeAt = (end: 0 | -1): PromqlFunction =>
  ofSamples(range => ({ value: endOf(range, end).timeMs / 1000 }));

/** The sum or the mean of numbers, or of histograms, but not of both. */
function total(ofNumbers: (values: readonly number[]) => number, isMean: boolean): PromqlFunction {
  return ofSamples(({ labels, values, histograms }, _window, { evaluation: { notes } }) => {
    if (histograms === undefined) return { value: ofNumbers(values) };
    if (values.length > 0) {
      notes.warn(remark.mixedSamples(labels.name));
      return undefined;
    }
    const own = histograms.map(({ histogram }) => histogram);
    const histogram = totalOf({ histograms: own, isMean, nameOf: () => labels.name }, notes);
    return histogram === undefined ? undefined : { value: NaN, histogram };
  });
}

const count = ({ times, histograms = [] }: RangeElement): number =>
  times.length + histograms.length;

/** By name. */
export const overTimeFunctions: Readonly<Record<string, PromqlFunction>> = {
  avg_over_time: total(meanOf, true),
  count_over_time: ofSamples(range => ({ value: count(range) })),
  first_over_time: sampleAt(0),
  last_over_time: sampleAt(-1),
  mad_over_time: ofValues(medianDeviation),
  max_over_time: ofValues(values => extreme(values, (a, b) => a > b)),
  min_over_time: ofValues(values => extreme(values, (a, b) => a < b)),
  present_over_time: ofSamples(() => ({ value: 1 })),
  quantile_over_time: quantiles,
  stddev_over_time: ofValues(values => Math.sqrt(varianceOf(values))),
  stdvar_over_time: ofValues(varianceOf),
  sum_over_time: total(sumOf, false),
  ts_of_first_over_time: timeAt(0),
  ts_of_last_over_time: timeAt(-1),
  ts_of_max_over_time: timeOf((value, best) => value > best),
  ts_of_min_over_time: timeOf((value, best) => value < best),
};
