/** What functions take and give. @upstream promql/parser/functions.go */
import type { ValueType } from './expression.js';

/** A function's arguments and result. */
export interface Signature {
  readonly takes: readonly ValueType[];
  /** So many must be given; default all. */
  readonly least?: number;
  /** The last may be repeated. */
  readonly isOpen?: boolean;
  readonly returns: ValueType;
}

const vector = (...takes: ValueType[]): Signature => ({ takes, returns: 'vector' });
const overVector = vector('vector');
const overRange = vector('matrix');
const ofTime: Signature = { takes: ['vector'], least: 0, returns: 'vector' };
const constant: Signature = { takes: [], returns: 'scalar' };

const ofEach = (names: string, signature: Signature): Readonly<Record<string, Signature>> =>
  Object.fromEntries(names.split(' ').map(name => [name, signature]));

/** By name. */
export const signatures: Readonly<Record<string, Signature>> = {
  ...ofEach(
    'abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg ' +
      'histogram_count histogram_stddev histogram_stdvar histogram_sum ln log10 log2 rad sgn sin ' +
      'sinh sort sort_desc sqrt start_timestamp tan tanh timestamp',
    overVector,
  ),
  ...ofEach(
    'absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta ' +
      'increase irate last_over_time mad_over_time max_over_time min_over_time present_over_time ' +
      'rate resets stddev_over_time stdvar_over_time sum_over_time ts_of_first_over_time ' +
      'ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time',
    overRange,
  ),
  ...ofEach('day_of_month day_of_week day_of_year days_in_month hour minute month year', ofTime),
  ...ofEach('pi time start end range step', constant),
  clamp: vector('vector', 'scalar', 'scalar'),
  clamp_max: vector('vector', 'scalar'),
  clamp_min: vector('vector', 'scalar'),
  double_exponential_smoothing: vector('matrix', 'scalar', 'scalar'),
  histogram_fraction: vector('scalar', 'scalar', 'vector'),
  histogram_quantile: vector('scalar', 'vector'),
  histogram_quantiles: { ...vector('vector', 'string', 'scalar'), isOpen: true },
  info: { ...vector('vector', 'vector'), least: 1 },
  label_join: { ...vector('vector', 'string', 'string', 'string'), least: 3, isOpen: true },
  label_replace: vector('vector', 'string', 'string', 'string', 'string'),
  max_of: { takes: ['scalar', 'scalar'], returns: 'scalar' },
  min_of: { takes: ['scalar', 'scalar'], returns: 'scalar' },
  predict_linear: vector('matrix', 'scalar'),
  quantile_over_time: vector('scalar', 'matrix'),
  round: { ...vector('vector', 'scalar'), least: 1 },
  scalar: { takes: ['vector'], returns: 'scalar' },
  sort_by_label: { ...vector('vector', 'string'), least: 1, isOpen: true },
  sort_by_label_desc: { ...vector('vector', 'string'), least: 1, isOpen: true },
  vector: vector('scalar'),
};
