/** Runs a Job: it completes, and the measurement is good. @upstream argo-rollouts metricproviders/job/job.go */
import { jobs, type Job } from '../../../api/kinds/batch.js';
import { pods } from '../../../api/kinds/core.js';
import { controllerOf, isConditionTrue, ownerReference } from '../../../api/meta.js';
import { rfc3339, timeMs } from '../../../api/time.js';
import type { Reconciliation } from '../../../client/contract.js';
import { call, create, get, remove } from '../../../client/requests.js';
import { analysisRuns, type Measurement, type Metric } from '../analysis-types.js';
import { keys } from '../keys.js';
import { resultOf } from './metric.js';
import { failedMeasurement, type Means, type Provider } from './provider.js';

const nameMax = 63;

/** The provider. */
export const job: Provider = { begin, resume, end, trim };

function* begin(metric: Metric, { run, now }: Means): Reconciliation<Measurement> {
  const wanted = jobOf(metric, run);
  const answer = yield* call(create(jobs, wanted));
  const { name = '', namespace = '' } = wanted.metadata;
  if (!answer.isOk) {
    const failed = () => failedMeasurement({ startedAt: now }, answer.message, now);
    if (answer.reason !== 'AlreadyExists') return failed();
    const present = yield* call(get(jobs, namespace, name));
    const isOurs = present.isOk && controllerOf(present.object)?.uid === run.metadata.uid;
    if (!isOurs) return failed();
  }
  const metadata = { 'job-name': name, 'job-namespace': namespace };
  return { phase: 'Running', startedAt: now, metadata, resumeAt: now };
}

/** @upstream newMetricJob */
export function jobOf(metric: Metric, run: Means['run']): Job {
  const { metadata, spec } = metric.provider.job ?? {};
  const { name = '', namespace = '', uid = '' } = run.metadata;
  const result = resultOf(run, metric.name);
  const id = (result?.count ?? 0) + (result?.error ?? 0) + 1;
  const over = `${uid}.${metric.name}.${id}`.length - nameMax;
  const short = over > 0 ? metric.name.slice(0, metric.name.length - over) : metric.name;
  const template = spec?.template ?? {};
  const label = { [keys.runUid]: uid };
  const labels = { ...template.metadata?.labels, ...label };
  return {
    metadata: {
      name: `${uid}.${short}.${id}`,
      namespace,
      labels: { ...metadata?.labels, ...label },
      annotations: {
        ...metadata?.annotations,
        [keys.runName]: name,
        [keys.runNamespace]: namespace,
        [keys.runMetric]: metric.name,
      },
      ownerReferences: [ownerReference(run, analysisRuns)],
    },
    spec: {
      ...spec,
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

const hopeless = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName']);

function* resume(
  _: Metric,
  measurement: Measurement,
  { view, context, now }: Means,
): Reconciliation<Measurement> {
  const { 'job-name': name = '', 'job-namespace': namespace = '' } = measurement.metadata ?? {};
  const found = view.get(jobs, namespace, name) ?? (yield* fresh(namespace, name));
  if (found === undefined) {
    return failedMeasurement(measurement, `job.batch "${name}" not found`, now);
  }
  const { conditions } = found.status ?? {};
  if (isConditionTrue(conditions, 'Complete')) {
    return { ...measurement, phase: 'Successful', finishedAt: now };
  }
  if (isConditionTrue(conditions, 'Failed')) {
    return { ...measurement, phase: 'Failed', finishedAt: now };
  }
  const problem = podsProblem(found, view);
  if (problem !== undefined) {
    return { ...measurement, phase: 'Inconclusive', message: problem, finishedAt: now };
  }
  const nowMs = context.clock.now();
  const elapsed = (nowMs - (timeMs(measurement.startedAt) ?? nowMs)) / 1000;
  // A second at least, for times are told in seconds: who looks at once sees the same again.
  const delayMs = Math.max(1000, Math.sqrt(2 * elapsed) * 1000);
  return { ...measurement, resumeAt: rfc3339(nowMs + delayMs) };
}

/** It was made just now, and the cache may not have it yet. */
function* fresh(namespace: string, name: string): Reconciliation<Job | undefined> {
  const answer = yield* call(get(jobs, namespace, name));
  return answer.isOk ? answer.object : undefined;
}

/** An image that cannot be had needs somebody to look. @upstream processJobPods */
function podsProblem(found: Job, view: Means['view']): string | undefined {
  for (const { metadata, status } of view.byIndex(pods, 'owner', found.metadata.uid ?? '')) {
    const states = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
    for (const { name, state } of states) {
      const { reason = '', message = '' } = state?.waiting ?? {};
      if (!hopeless.has(reason)) continue;
      return `Pod ${metadata.name ?? ''}, container ${name} has terminal error (${reason}): ${message}\n`;
    }
  }
  return undefined;
}

function* removeJob(namespace: string, name: string): Reconciliation<string | undefined> {
  const options = { propagationPolicy: 'Foreground' } as const;
  const answer = yield* call(remove(jobs, namespace, name, options));
  return answer.isOk || answer.status === 404 ? undefined : answer.message;
}

function* end(_: Metric, measurement: Measurement, { now }: Means): Reconciliation<Measurement> {
  const { 'job-name': name = '', 'job-namespace': namespace = '' } = measurement.metadata ?? {};
  const failure = yield* removeJob(namespace, name);
  if (failure !== undefined) return failedMeasurement(measurement, failure, now);
  return { ...measurement, phase: 'Inconclusive', finishedAt: now };
}

/** All but the last of its Jobs; what cannot be removed is tried again when there are more. */
function* trim(limit: number, { run, view }: Means): Reconciliation<void> {
  const uid = run.metadata.uid ?? '';
  const ageOf = ({ metadata }: Job): number => timeMs(metadata.creationTimestamp) ?? 0;
  const own = view.byIndex(jobs, 'owner', uid).toSorted((one, other) => ageOf(one) - ageOf(other));
  for (const { metadata } of own.slice(0, Math.max(0, own.length - limit))) {
    yield* removeJob(metadata.namespace ?? '', metadata.name ?? '');
  }
}
