/** What Prometheus remarks on a query that has an answer all the same. @upstream util/annotations/annotations.go */

const quoted = (name: string): string => JSON.stringify(name);
const ofMetric = (name: string): string => (name === '' ? '' : ` for metric name ${quoted(name)}`);

/** The texts of remarks, without `PromQL warning: ` or `PromQL info: `. */
export const remark = {
  mixedSamples: (name: string): string =>
    `encountered a mix of histograms and floats for metric name ${quoted(name)}`,
  mixedInAggregation: 'encountered a mix of histograms and floats for aggregation',
  mixedBuckets: (name: string): string =>
    'vector contains a mix of histograms with exponential and custom buckets schemas for metric ' +
    `name ${quoted(name)}`,
  mixedClassic: (name: string): string =>
    `vector contains a mix of classic and native histograms${ofMetric(name)}`,
  badBound: (bound: string, name: string): string =>
    `bucket label "le" is missing or has a malformed value of ${quoted(bound)}${ofMetric(name)}`,
  noCounter: (name: string): string =>
    `this native histogram metric is not a counter: ${quoted(name)}`,
  noGauge: (name: string): string => `this native histogram metric is not a gauge: ${quoted(name)}`,
  ignoredInAggregation: (operator: string): string =>
    `ignored histogram in ${operator} aggregation`,
  ignoredInRange: (name: string): string =>
    'ignored histograms in a range containing both floats and histograms for metric name ' +
    quoted(name),
  incompatibleTypes: (left: string, operator: string, right: string): string =>
    `incompatible sample types encountered for binary operator ${quoted(operator)}: ${left} ` +
    `${operator} ${right}`,
  incompatibleLayout: (operator: string): string =>
    `incompatible bucket layout encountered for binary operator ${operator}`,
  collision: (doing: string): string => `conflicting counter resets during histogram ${doing}`,
  reconciled: (doing: string): string =>
    `mismatched custom buckets were reconciled during ${doing}`,
  startsOverlap: (name: string): string =>
    'sample has start time that overlaps with previous sample timestamp for metric ' + quoted(name),
  forcedRising: (name: string): string =>
    'input to histogram_quantile needed to be fixed for monotonicity (see ' +
    'https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)' +
    ofMetric(name),
  quantileIsNaN: (name: string): string =>
    `input to histogram_quantile has NaN observations, result is NaN${ofMetric(name)}`,
  quantileIsSkewed: (name: string): string =>
    `input to histogram_quantile has NaN observations, result is skewed higher${ofMetric(name)}`,
  fractionLeavesOut: (name: string): string =>
    'input to histogram_fraction has NaN observations, which are excluded from all fractions' +
    ofMetric(name),
} as const;
