/** What is done about DaskWorkerGroups. @upstream dask_kubernetes/operator/controller/controller.py daskworkergroup_* */
import { deployments } from '../../api/kinds/apps.js';
import type { Reconciliation } from '../../client/contract.js';
import type { Random } from '../../engine/random.js';
import type { Cause, Failure, HandledKind } from '../kopf/contract.js';
import { adoptedBy, created, deleted, found, listed } from './calls.js';
import { workerDeployment } from './objects.js';
import type { SchedulerClient } from './scheduler.js';
import {
  daskClusters,
  daskWorkerGroups,
  labels,
  schedulerName,
  type DaskCluster,
  type DaskWorkerGroup,
} from './types.js';

const idDigits = 10;

/** DaskWorkerGroups. */
export function workerGroupHandlers(scheduler: SchedulerClient): HandledKind<DaskWorkerGroup> {
  return {
    kind: daskWorkerGroups,
    handlers: [
      {
        name: 'daskworkergroup_create',
        keys: ['daskworkergroup_create'],
        run: cause => adopt(cause, scheduler),
      },
      {
        name: 'daskworkergroup_replica_update',
        field: 'spec.worker.replicas',
        keys: [
          'daskworkergroup_replica_update.spec.worker.replicas',
          'daskworkergroup_replica_update.spec.wor-2uxQWA',
        ],
        run: cause => scale(cause, scheduler),
      },
    ],
  };
}

function* adopt(
  cause: Cause<DaskWorkerGroup>,
  scheduler: SchedulerClient,
): Reconciliation<Failure | undefined> {
  const { object, log } = cause;
  const { namespace = '' } = object.metadata;
  const cluster = yield* found(daskClusters, namespace, object.spec.cluster);
  if ('failure' in cluster) return cluster.failure;
  const owner = { ...cluster.value, of: daskClusters };
  const failure = yield* adoptedBy(daskWorkerGroups, object, owner);
  if (failure !== undefined) return failure;
  log(`Successfully adopted by ${object.spec.cluster}`);
  return yield* scale({ ...cause, new: object.spec.worker.replicas }, scheduler);
}

function* scale(
  cause: Cause<DaskWorkerGroup>,
  scheduler: SchedulerClient,
): Reconciliation<Failure | undefined> {
  const { object, log } = cause;
  const { namespace = '', name = '' } = object.metadata;
  const cluster = yield* found(daskClusters, namespace, object.spec.cluster);
  // Without it the garbage collector takes the workers.
  if ('failure' in cluster) return undefined;
  const workers = yield* listed(deployments, namespace, { [labels.workerGroup]: name });
  if ('failure' in workers) return workers.failure;
  const wanted = typeof cause.new === 'number' ? cause.new : 0;
  const missing = wanted - workers.value.length;
  const failure = yield* addWorkers(cause, cluster.value, missing);
  if (failure !== undefined) return failure;
  log(`Scaled worker group ${name} up to ${wanted} workers.`);
  return missing < 0 ? yield* removeWorkers(cause, scheduler, wanted, -missing) : undefined;
}

function* addWorkers(
  { object, random }: Cause<DaskWorkerGroup>,
  cluster: DaskCluster,
  count: number,
): Reconciliation<Failure | undefined> {
  for (let index = 0; index < count; index++) {
    const worker = workerDeployment(object, cluster, hexDigits(random));
    const failure = yield* created(deployments, worker);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** The scheduler says which; it looks at all workers of the cluster, of whatever group. */
function* removeWorkers(
  { object, log }: Cause<DaskWorkerGroup>,
  scheduler: SchedulerClient,
  wanted: number,
  count: number,
): Reconciliation<Failure | undefined> {
  const { namespace = '', name = '' } = object.metadata;
  const place = { namespace, service: schedulerName(object.spec.cluster) };
  const retired = yield* scheduler.retire(place, { name, count }, log);
  if ('failure' in retired) return retired.failure;
  log(`Workers to close: [${retired.value.map(worker => `'${worker}'`).join(', ')}]`);
  for (const worker of retired.value) {
    const failure = yield* deleted(deployments, namespace, worker);
    if (failure !== undefined) return failure;
  }
  log(`Scaled worker group ${name} down to ${wanted} workers.`);
  return undefined;
}

function hexDigits(random: Random): string {
  return Array.from({ length: idDigits }, () => random.integer(16).toString(16)).join('');
}
