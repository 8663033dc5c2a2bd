/** Who measures. @upstream argo-rollouts metric/provider.go */
import type { ControllerContext, Reconciliation, View } from '../../../client/contract.js';
import type { AnalysisRun, Measurement, Metric } from '../analysis-types.js';

/** What measuring takes. */
export interface Means {
  readonly run: AnalysisRun;
  readonly view: View;
  readonly context: ControllerContext;
  readonly now: string;
}

/** A provider: what it does with a metric of its own. */
export interface Provider {
  /** What the result tells of the metric. */
  metadata?(metric: Metric): Readonly<Record<string, string>> | undefined;
  begin(metric: Metric, means: Means): Reconciliation<Measurement>;
  resume?(metric: Metric, measurement: Measurement, means: Means): Reconciliation<Measurement>;
  end?(metric: Metric, measurement: Measurement, means: Means): Reconciliation<Measurement>;
  /** Removes what more than so many measurements have left. */
  trim?(limit: number, means: Means): Reconciliation<void>;
}

/** A measurement that could not be taken. @upstream utils/metric MarkMeasurementError */
export function failedMeasurement(
  measurement: Omit<Measurement, 'phase'>,
  message: string,
  now: string,
): Measurement {
  return {
    ...measurement,
    phase: 'Error',
    message,
    startedAt: measurement.startedAt ?? now,
    finishedAt: now,
  };
}
