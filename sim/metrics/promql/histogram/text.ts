/** Native histograms as Prometheus shows them. */
import { plainNumber } from '../../../api/go-number.js';
import { goFloat } from '../template/number-text.js';
import { bucketsOf, type Bucket } from './buckets.js';
import type { Histogram } from './histogram.js';

/** As `count_values` labels it: `{count:3, sum:4.5, (1,2]:3}`. */
export function histogramText(histogram: Histogram): string {
  const filled = bucketsOf(histogram).filter(({ count }) => count !== 0);
  const parts = [
    `count:${goFloat(histogram.count)}`,
    `sum:${goFloat(histogram.sum)}`,
    ...filled.map(bucketText),
  ];
  return `{${parts.join(', ')}}`;
}

function bucketText(bucket: Bucket): string {
  const { lower, upper, isLowerInside, isUpperInside, count } = bucket;
  const [open, close] = [isLowerInside ? '[' : '(', isUpperInside ? ']' : ')'];
  return `${open}${goFloat(lower)},${goFloat(upper)}${close}:${goFloat(count)}`;
}

/** As the HTTP API gives it. @upstream web/api/v1/json_codec.go: `marshalHistogram` */
export function histogramRecord(histogram: Histogram): Readonly<Record<string, unknown>> {
  const filled = bucketsOf(histogram).filter(({ count }) => count !== 0);
  return {
    count: plainNumber(histogram.count),
    sum: plainNumber(histogram.sum),
    ...(filled.length > 0 && {
      buckets: filled.map(bucket => [
        boundaryRule(bucket),
        plainNumber(bucket.lower),
        plainNumber(bucket.upper),
        plainNumber(bucket.count),
      ]),
    }),
  };
}

/** Which ends are inside: 0 the upper one, 1 the lower one, 2 none, 3 both. */
function boundaryRule({ isLowerInside, isUpperInside }: Bucket): number {
  if (isLowerInside) return isUpperInside ? 3 : 1;
  return isUpperInside ? 0 : 2;
}
