/** What metrics of an analysis mean, and whether they can be measured. @upstream argo-rollouts utils/analysis/factory.go ValidateMetric */
import { parseDuration } from '../../../api/duration.js';
import type { IntOrString } from '../../../api/int-or-string.js';
import type { AnalysisRun, Measurement, Metric, MetricResult } from '../analysis-types.js';

/** A number as Go's IntOrString.IntValue reads it: a text that is none is 0. */
export function numberOf(value: IntOrString | undefined): number | undefined {
  if (typeof value !== 'string') return value;
  return /^[+-]?\d+$/.test(value) ? Number(value) : 0;
}

/** How often it is measured: undefined, without end. @upstream EffectiveCount */
export function countOf({ count, interval = '' }: Metric): number | undefined {
  const number = numberOf(count) ?? 0;
  if (number !== 0) return number;
  return interval === '' ? 1 : undefined;
}

/** The milliseconds of a duration; undefined for what is none. */
export function millisOf(text: string): number | undefined {
  const parsed = parseDuration(text);
  return parsed.isOk ? parsed.value / 1e6 : undefined;
}

/** Why metrics cannot be measured. */
export function metricsProblem(metrics: readonly Metric[]): string | undefined {
  if (metrics.length === 0) return 'no metrics specified';
  const names = new Set<string>();
  for (const [index, metric] of metrics.entries()) {
    if (names.has(metric.name)) return `metrics[${index}]: duplicate name '${metric.name}'`;
    names.add(metric.name);
    const problem = metricProblem(metric);
    if (problem !== undefined) return `metrics[${index}]: ${problem}`;
  }
  return undefined;
}

function metricProblem(metric: Metric): string | undefined {
  return limitsProblem(metric) ?? timesProblem(metric) ?? providerProblem(metric);
}

function limitsProblem(metric: Metric): string | undefined {
  const count = numberOf(metric.count) ?? 0;
  const failures = numberOf(metric.failureLimit) ?? 0;
  const successes = numberOf(metric.consecutiveSuccessLimit) ?? 0;
  const inconclusive = numberOf(metric.inconclusiveLimit) ?? 0;
  if (successes < 0) return 'consecutiveSuccessLimit must be >= 0';
  if (failures < -1) return 'failureLimit must be >= 0, or -1 to be disabled';
  if (successes === 0 && failures === -1) {
    return 'failureLimit and consecutiveSuccessLimit cannot both be disabled';
  }
  if (inconclusive < 0) return 'inconclusiveLimit must be >= 0';
  if ((numberOf(metric.consecutiveErrorLimit) ?? 0) < 0)
    return 'consecutiveErrorLimit must be >= 0';
  if (count <= 0) return undefined;
  if (failures >= 0 && count < failures + successes) {
    return `count (${count}) must be >= failureLimit + consecutiveSuccessLimit (${failures} + ${successes}) if both >= 0`;
  }
  if (failures < 0 && count < successes) return 'count must be >= consecutiveSuccessLimit';
  return count < inconclusive ? 'count must be >= inconclusiveLimit' : undefined;
}

function timesProblem({ count, interval = '', initialDelay = '' }: Metric): string | undefined {
  if ((numberOf(count) ?? 0) > 1 && interval === '') {
    return 'interval must be specified when count > 1';
  }
  const wrong = (text: string): string | undefined => {
    const parsed = text === '' ? undefined : parseDuration(text);
    return parsed?.isOk === false ? parsed.error : undefined;
  };
  const [every, delay] = [wrong(interval), wrong(initialDelay)];
  if (every !== undefined) return `invalid interval string: ${every}`;
  return delay === undefined ? undefined : `invalid startDelay string: ${delay}`;
}

const providers = [
  ...['prometheus', 'job', 'web', 'wavefront', 'kayenta', 'datadog', 'newRelic'],
  ...['cloudWatch', 'graphite', 'influxdb', 'skywalking'],
];

function providerProblem({ provider }: Metric): string | undefined {
  const { plugin } = provider;
  const plugins = typeof plugin === 'object' && plugin !== null ? Object.keys(plugin).length : 0;
  const count = providers.filter(name => provider[name] !== undefined).length + plugins;
  if (count === 0) return 'no provider specified';
  return count > 1 ? 'multiple providers specified' : undefined;
}

/** What is known of a metric. */
export function resultOf({ status }: AnalysisRun, name: string): MetricResult | undefined {
  return status?.metricResults?.find(result => result.name === name);
}

/** Its last measurement. */
export function lastOf(run: AnalysisRun, name: string): Measurement | undefined {
  return resultOf(run, name)?.measurements?.at(-1);
}
