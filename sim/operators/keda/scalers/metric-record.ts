/** What a poll measured of a metric, for triggers that use what was measured. @upstream pkg/scaling/cache/metricscache */
import type { Reading } from './scaler.js';

/** The measure, and whether the trigger counted as active. */
export interface MetricRecord {
  readonly reading: Reading;
}
