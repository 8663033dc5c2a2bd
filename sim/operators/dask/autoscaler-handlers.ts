/** What is done about DaskAutoscalers. @upstream dask_kubernetes/operator/controller/controller.py daskautoscaler_* */
import { pods, type Pod } from '../../api/kinds/core.js';
import { isConditionTrue } from '../../api/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import { pause } from '../../client/requests.js';
import type { Cause, Failure, HandledKind } from '../kopf/contract.js';
import {
  adoptedBy,
  exception,
  found,
  keyError,
  listed,
  merged,
  withoutSpec,
  type Step,
} from './calls.js';
import type { SchedulerClient } from './scheduler.js';
import {
  daskAutoscalers,
  daskClusters,
  daskWorkerGroups,
  labels,
  schedulerName,
  type DaskAutoscaler,
} from './types.js';

const intervalMs = 5_000;
const cooldownSeconds = 15;
const cooldown = 'kubernetes.dask.org/cooldown-until';
/** At most this share of the workers goes in one step, but one at least. */
const shareMax = 0.25;

/** DaskAutoscalers. */
export function autoscalerHandlers(scheduler: SchedulerClient): HandledKind<DaskAutoscaler> {
  return {
    kind: daskAutoscalers,
    handlers: [{ name: 'daskautoscaler_create', keys: ['daskautoscaler_create'], run: adopt }],
    timers: [{ name: 'daskautoscaler_adapt', intervalMs, run: cause => adapt(cause, scheduler) }],
  };
}

function* adopt({ object, log }: Cause<DaskAutoscaler>): Reconciliation<Failure | undefined> {
  const { name = '', namespace = '' } = object.metadata;
  if (withoutSpec(object)) return keyError('cluster').failure;
  const cluster = yield* found(daskClusters, namespace, object.spec.cluster);
  if ('failure' in cluster) return cluster.failure;
  const owner = { ...cluster.value, of: daskClusters };
  const failure = yield* adoptedBy(daskAutoscalers, object, owner);
  if (failure !== undefined) return failure;
  log(`Autoscaler ${name} adopted by cluster ${object.spec.cluster}`);
  return undefined;
}

function* adapt(
  { object, log, nowMs }: Cause<DaskAutoscaler>,
  scheduler: SchedulerClient,
): Reconciliation<Failure | undefined> {
  const { name = '', namespace = '' } = object.metadata;
  if (withoutSpec(object)) return keyError('cluster').failure;
  const { cluster } = object.spec;
  const pod = yield* schedulerPod(namespace, cluster);
  if ('failure' in pod) return pod.failure;
  if (!isConditionTrue(pod.value?.status?.conditions, 'Ready')) {
    log('Scheduler not ready, skipping autoscaling');
    return undefined;
  }
  const autoscaler = yield* found(daskAutoscalers, namespace, name);
  if ('failure' in autoscaler) return autoscaler.failure;
  const group = yield* found(daskWorkerGroups, namespace, `${cluster}-default`);
  if ('failure' in group) return group.failure;
  const current = group.value.spec.worker.replicas ?? 0;
  const until = Number(autoscaler.value.metadata.annotations?.[cooldown] ?? nowMs / 1_000);
  if (nowMs / 1_000 < until) return undefined;
  const place = { namespace, service: schedulerName(cluster) };
  const desired = yield* scheduler.desiredWorkers(place);
  if ('failure' in desired) return desired.failure;
  if (desired.value === undefined) {
    log('Unable to get desired number of workers from scheduler.', 'Error');
    return undefined;
  }
  const wanted = nextReplicas(current, desired.value, object.spec);
  if (wanted === current) return undefined;
  const spec = { worker: { replicas: wanted } };
  const of = { namespace, name: group.value.metadata.name ?? '' };
  const notScaled = yield* merged(daskWorkerGroups, of, { spec });
  if (notScaled !== undefined) return notScaled;
  const annotations = { [cooldown]: String(nowMs / 1_000 + cooldownSeconds) };
  const failure = yield* merged(
    daskAutoscalers,
    { namespace, name },
    { metadata: { annotations } },
  );
  if (failure !== undefined) return failure;
  log(`Autoscaler updated ${cluster} worker count from ${current} to ${wanted}`);
  return undefined;
}

/** Between the bounds, and not too much less than before. */
export function nextReplicas(
  current: number,
  desired: number,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
): number {
  const bounded = Math.min(maximum, Math.max(minimum, desired));
  if (current <= 0) return bounded;
  const step = Math.max(Math.floor(current * shareMax), 1);
  return Math.max(current - step, bounded);
}

/** How long it is looked for, and in between. */
const pausesMs = [100, 200, 400, 800, 1_000];

/** The one pod of the scheduler; undefined: there are several. */
function* schedulerPod(namespace: string, cluster: string): Reconciliation<Step<Pod | undefined>> {
  const wanted = { [labels.component]: 'scheduler', [labels.cluster]: cluster };
  for (const pauseMs of pausesMs) {
    const found = yield* listed(pods, namespace, wanted);
    if ('failure' in found) return found;
    const [only, ...others] = found.value;
    if (only !== undefined) return { value: others.length > 0 ? undefined : only };
    yield* pause(pauseMs);
  }
  return exception(`Could not find Pod None in namespace ${namespace}.`);
}
