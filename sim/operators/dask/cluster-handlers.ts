/** What is done about DaskClusters and their services. @upstream dask_kubernetes/operator/controller/controller.py daskcluster_* */
import { deployments } from '../../api/kinds/apps.js';
import { services, type Service } from '../../api/kinds/core.js';
import type { Reconciliation } from '../../client/contract.js';
import type { Cause, Failure, HandledKind } from '../kopf/contract.js';
import { deleted, ensured, found, merged } from './calls.js';
import { defaultWorkerGroup, schedulerDeployment, schedulerService } from './objects.js';
import type { SchedulerClient } from './scheduler.js';
import {
  daskClusters,
  daskWorkerGroups,
  labels,
  schedulerName,
  type DaskCluster,
} from './types.js';

/** A name that leaves room for `-scheduler`. @upstream dask_kubernetes/constants.py */
const nameMax = 53;
const validName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const intervalMs = 5_000;

/** Why the operator does not take a cluster of this name. */
export function nameError(name: string): string | undefined {
  if (name.length <= nameMax && validName.test(name)) return undefined;
  return (
    `The DaskCluster ${name} is invalid: a lowercase RFC 1123 subdomain must consist of lower case ` +
    "alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character. " +
    `DaskCluster name must also be under ${nameMax} characters.`
  );
}

/** DaskClusters. */
export function clusterHandlers(scheduler: SchedulerClient): HandledKind<DaskCluster> {
  return {
    kind: daskClusters,
    handlers: [
      { name: 'daskcluster_create', keys: ['daskcluster_create'], run: begin },
      {
        name: 'daskcluster_create_components',
        field: 'status.phase',
        wanted: 'Created',
        keys: ['daskcluster_create_components.status.phase'],
        run: createComponents,
      },
      {
        name: 'daskcluster_default_worker_group_replica_update',
        field: 'spec.worker.replicas',
        keys: [
          'daskcluster_default_worker_group_replica_update.spec.wor-1aYtiQ',
          'daskcluster_default_worker_group_replic-Tf36mQ',
        ],
        run: scaleDefaultGroup,
      },
    ],
    timers: [
      {
        name: 'daskcluster_autoshutdown',
        intervalMs,
        run: cause => shutDownIdle(cause, scheduler),
      },
    ],
  };
}

function* begin({
  object,
  log,
  setStatus,
}: Cause<DaskCluster>): Reconciliation<Failure | undefined> {
  const { name = '', namespace = '' } = object.metadata;
  log(`DaskCluster ${name} created in ${namespace}.`);
  const message = nameError(name);
  setStatus({ phase: message === undefined ? 'Created' : 'Error' });
  return message === undefined ? undefined : { kind: 'permanent', message };
}

function* createComponents({
  object,
  log,
  setStatus,
}: Cause<DaskCluster>): Reconciliation<Failure | undefined> {
  const { namespace = '' } = object.metadata;
  log('Creating Dask cluster components.');
  const deployment = schedulerDeployment(object);
  const noDeployment = yield* ensured(deployments, deployment);
  if (noDeployment !== undefined) return noDeployment;
  const name = deployment.metadata.name ?? '';
  log(`Scheduler deployment ${name} created in ${namespace}.`);
  const noService = yield* ensured(services, schedulerService(object));
  if (noService !== undefined) return noService;
  log(`Scheduler service ${name} created in ${namespace}.`);
  const group = defaultWorkerGroup(object);
  const noGroup = yield* ensured(daskWorkerGroups, group);
  if (noGroup !== undefined) return noGroup;
  log(`Worker group ${group.metadata.name ?? ''} created in ${namespace}.`);
  setStatus({ phase: 'Pending' });
  return undefined;
}

/** When the cluster is scaled, so is the group of its own workers. */
function* scaleDefaultGroup(cause: Cause<DaskCluster>): Reconciliation<Failure | undefined> {
  if (cause.old === undefined) return undefined;
  const { name: cluster = '', namespace = '' } = cause.object.metadata;
  const name = `${cluster}-default`;
  const group = yield* found(daskWorkerGroups, namespace, name);
  if ('failure' in group) return group.failure;
  const spec = { worker: { replicas: cause.new } };
  return yield* merged(daskWorkerGroups, { namespace, name }, { spec });
}

function* shutDownIdle(
  { object, log, nowMs }: Cause<DaskCluster>,
  scheduler: SchedulerClient,
): Reconciliation<Failure | undefined> {
  const { name = '', namespace = '' } = object.metadata;
  const { idleTimeout = 0 } = object.spec;
  if (idleTimeout === 0) return undefined;
  const idle = yield* scheduler.idleSince({ namespace, service: schedulerName(name) });
  if ('failure' in idle) {
    log('Unable to connect to scheduler, skipping autoshutdown check.', 'Warning');
    return undefined;
  }
  const isOver = idle.value !== 0 && nowMs / 1_000 > idle.value + idleTimeout;
  return isOver ? yield* deleteCluster(namespace, name) : undefined;
}

/** Deletes a cluster that must be there. */
export function* deleteCluster(
  namespace: string,
  name: string,
): Reconciliation<Failure | undefined> {
  const cluster = yield* found(daskClusters, namespace, name);
  if ('failure' in cluster) return cluster.failure;
  return yield* deleted(daskClusters, namespace, name);
}

/** The services of schedulers: where there is one, its cluster is said to run. */
export const serviceHandlers: HandledKind<Service> = {
  kind: services,
  labels: { [labels.component]: 'scheduler' },
  handlers: [
    {
      name: 'handle_scheduler_service_status',
      field: 'status',
      keys: ['handle_scheduler_service_status.status'],
      run: tellPhase,
    },
  ],
};

function* tellPhase({ object }: Cause<Service>): Reconciliation<Failure | undefined> {
  const { namespace = '' } = object.metadata;
  const hasIngress = (object.status?.loadBalancer?.ingress ?? []).length > 0;
  const isPending = object.spec?.type === 'LoadBalancer' && !hasIngress;
  const name = object.metadata.labels?.[labels.cluster] ?? '';
  const cluster = yield* found(daskClusters, namespace, name);
  if ('failure' in cluster) return cluster.failure;
  const status = { phase: isPending ? 'Pending' : 'Running' };
  return yield* merged(daskClusters, { namespace, name }, { status });
}
