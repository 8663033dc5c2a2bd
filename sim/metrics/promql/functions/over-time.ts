/** Functions of the samples of a range, whatever their times. */
import { extreme } from '../aggregate.js';
import { plainNumber } from '../go-text.js';
import { meanOf, quantileOf, sumOf, varianceOf } from '../sums.js';
import type { RangeElement, Value } from '../value.js';
import { ofRange, scalarAt, type CallContext, type PromqlFunction } from './function.js';

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

const first = ({ values }: RangeElement): number | undefined => values[0];
const last = ({ values }: RangeElement): number | undefined => values.at(-1);

/** By name. */
export const overTimeFunctions: Readonly<Record<string, PromqlFunction>> = {
  avg_over_time: ofValues(meanOf),
  count_over_time: ofValues(values => values.length),
  first_over_time: ofRange(first, { keepsName: true }),
  last_over_time: ofRange(last, { keepsName: true }),
  mad_over_time: ofValues(medianDeviation),
  max_over_time: ofValues(values => extreme(values, (a, b) => a > b)),
  min_over_time: ofValues(values => extreme(values, (a, b) => a < b)),
  present_over_time: ofValues(() => 1),
  quantile_over_time: quantiles,
  stddev_over_time: ofValues(values => Math.sqrt(varianceOf(values))),
  stdvar_over_time: ofValues(varianceOf),
  sum_over_time: ofValues(sumOf),
  ts_of_first_over_time: ofRange(({ times }) => (times[0] as number) / 1000),
  ts_of_last_over_time: ofRange(({ times }) => (times.at(-1) as number) / 1000),
  ts_of_max_over_time: timeOf((value, best) => value > best),
  ts_of_min_over_time: timeOf((value, best) => value < best),
};
