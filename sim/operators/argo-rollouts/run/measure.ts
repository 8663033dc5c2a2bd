/** Takes the measurements that are due. @upstream argo-rollouts analysis/analysis.go generateMetricTasks, runMeasurements */
import { timeMs } from '../../../api/time.js';
import { secrets } from '../../../api/kinds/core.js';
import { bytesOfBase64 } from '../../../api/base64.js';
import type { Reconciliation } from '../../../client/contract.js';
import { call, get } from '../../../client/requests.js';
import {
  isOver,
  type AnalysisRun,
  type Argument,
  type Measurement,
  type Metric,
} from '../analysis-types.js';
import { resolvedMetric } from '../run-args.js';
import type { Made } from '../templates.js';
import { isEnding, type ResultDraft } from './assess.js';
import { job } from './job.js';
import { countOf, lastOf, millisOf, resultOf } from './metric.js';
import { prometheus } from './prometheus.js';
import { failedMeasurement, type Means, type Provider } from './provider.js';

const retryMs = 10_000;

/** A metric that is to be measured, and the measurement of it that goes on. */
interface Task {
  readonly metric: Metric;
  readonly open?: Measurement;
}

/** The metrics whose time has come. */
function tasksOf(run: AnalysisRun, metrics: readonly Metric[], nowMs: number): readonly Task[] {
  const isLast = isEnding(run);
  return metrics.flatMap((metric): readonly Task[] => {
    if (isOver(resultOf(run, metric.name)?.phase)) return [];
    const last = lastOf(run, metric.name);
    if (last !== undefined && last.finishedAt === undefined) {
      const isLater = !isLast && (timeMs(last.resumeAt) ?? 0) > nowMs;
      return isLater ? [] : [{ metric, open: last }];
    }
    const dueMs = isLast ? undefined : dueAt(run, metric);
    return dueMs !== undefined && dueMs <= nowMs ? [{ metric }] : [];
  });
}

/** When a metric is to be measured next; undefined where it is not, or a measurement goes on. */
export function dueAt(run: AnalysisRun, metric: Metric): number | undefined {
  const last = lastOf(run, metric.name);
  const { initialDelay = '', interval = '' } = metric;
  if (last === undefined) {
    if (initialDelay === '') return 0;
    const { startedAt } = run.status ?? {};
    const delay = millisOf(initialDelay);
    return startedAt === undefined || delay === undefined
      ? undefined
      : (timeMs(startedAt) ?? 0) + delay;
  }
  const count = countOf(metric);
  if (count !== undefined && (resultOf(run, metric.name)?.count ?? 0) >= count) return undefined;
  const every = last.phase === 'Error' || interval === '' ? retryMs : millisOf(interval);
  return every === undefined ? undefined : (timeMs(last.finishedAt) ?? 0) + every;
}

/** When to look again. @upstream calculateNextReconcileTime */
export function nextLook(run: AnalysisRun, metrics: readonly Metric[]): number | undefined {
  const times = metrics.flatMap(metric => {
    if (isOver(resultOf(run, metric.name)?.phase)) return [];
    const last = lastOf(run, metric.name);
    if (last !== undefined && last.finishedAt === undefined) return timeMs(last.resumeAt) ?? [];
    const { interval = '', initialDelay = '' } = metric;
    const isNever =
      last === undefined ? initialDelay === '' : last.phase !== 'Error' && interval === '';
    return isNever ? [] : (dueAt(run, metric) ?? []);
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Takes them, one after the other; upstream does at once. An error says which arguments could not be had. */
export function* measure(
  metrics: readonly Metric[],
  means: Means,
  dryRuns: ReadonlySet<string>,
): Reconciliation<{ readonly results: ResultDraft[] } | { readonly error: string }> {
  const { run } = means;
  const results = (run.status?.metricResults ?? []).map((result): ResultDraft => ({ ...result }));
  const tasks = tasksOf(run, metrics, means.context.clock.now());
  const args = yield* withSecrets(run, tasks.length > 0);
  if ('problem' in args) return { error: args.problem };
  for (const { metric, open } of tasks) {
    const written = run.spec.metrics?.find(({ name }) => name === metric.name) ?? metric;
    const resolved = resolvedMetric(written, args.value.all);
    if ('problem' in resolved) return { error: resolved.problem };
    const taken = yield* one(resolved.value, open, means);
    const measurement = redacted(taken, args.value.hidden);
    let result = results.find(({ name }) => name === metric.name);
    if (result === undefined) {
      result = { name: metric.name, phase: 'Running' };
      if (dryRuns.has(metric.name)) result.dryRun = true;
      const metadata = providerOf(metric)?.metadata?.(resolved.value);
      if (metadata !== undefined) result.metadata = metadata;
      results.push(result);
    }
    count(result, measurement);
    const { measurements = [] } = result;
    const before = open === undefined ? measurements : measurements.slice(0, -1);
    result.measurements = [...before, measurement];
  }
  return { results };
}

function* one(
  metric: Metric,
  open: Measurement | undefined,
  means: Means,
): Reconciliation<Measurement> {
  const provider = providerOf(metric);
  if (provider === undefined) {
    const [name = ''] = Object.keys(metric.provider);
    const begun = open ?? { startedAt: means.now };
    return failedMeasurement(begun, `the provider ${name} is not simulated`, means.now);
  }
  if (open === undefined) return yield* provider.begin(metric, means);
  if (!isEnding(means.run)) return yield* provider.resume?.(metric, open, means) ?? kept(open);
  const ended = yield* provider.end?.(metric, open, means) ?? kept(open);
  const isPlain = ended.phase === 'Successful' || ended.phase === 'Inconclusive';
  return isPlain ? { ...ended, message: 'Metric Terminated' } : ended;
}

function* kept(open: Measurement): Reconciliation<Measurement> {
  return open;
}

/** Who measures it, where that is simulated. */
export function providerOf({ provider }: Metric): Provider | undefined {
  if (provider.prometheus !== undefined) return prometheus;
  return provider.job === undefined ? undefined : job;
}

function count(result: ResultDraft, { phase }: Measurement): void {
  if (!isOver(phase)) return;
  const raise = (value: number | undefined): number => (value ?? 0) + 1;
  if (phase === 'Error') {
    result.error = raise(result.error);
    result.consecutiveError = raise(result.consecutiveError);
    delete result.consecutiveSuccess;
    return;
  }
  result.count = raise(result.count);
  delete result.consecutiveError;
  if (phase === 'Successful') {
    result.successful = raise(result.successful);
    result.consecutiveSuccess = raise(result.consecutiveSuccess);
    return;
  }
  delete result.consecutiveSuccess;
  if (phase === 'Failed') result.failed = raise(result.failed);
  else result.inconclusive = raise(result.inconclusive);
}

interface Arguments {
  readonly all: readonly Argument[];
  /** What may not be told. */
  readonly hidden: readonly string[];
}

/** The arguments with what Secrets hold. @upstream resolveArgs */
function* withSecrets(run: AnalysisRun, isNeeded: boolean): Reconciliation<Made<Arguments>> {
  const { args = [] } = run.spec;
  if (!isNeeded) return { value: { all: args, hidden: [] } };
  const all: Argument[] = [];
  const hidden: string[] = [];
  for (const arg of args) {
    const { secretKeyRef } = arg.valueFrom ?? {};
    if (secretKeyRef === undefined) {
      all.push(arg);
      continue;
    }
    const { name, key } = secretKeyRef;
    const answer = yield* call(get(secrets, run.metadata.namespace ?? '', name));
    if (!answer.isOk) return { problem: answer.message };
    const data = answer.object.data?.[key];
    if (data === undefined) {
      return { problem: `key '${key}' does not exist in secret '${name}'` };
    }
    const value = new TextDecoder().decode(bytesOfBase64(data));
    hidden.push(value);
    all.push({ name: arg.name, value });
  }
  return { value: { all, hidden } };
}

function redacted(measurement: Measurement, hidden: readonly string[]): Measurement {
  let { message } = measurement;
  if (message === undefined) return measurement;
  for (const secret of hidden) {
    if (secret !== '') message = message.replaceAll(secret, '*****');
  }
  return { ...measurement, message };
}
