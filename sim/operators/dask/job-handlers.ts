/** What is done about DaskJobs and the pods that run their programs. @upstream dask_kubernetes/operator/controller/controller.py daskjob_*, handle_runner_* */
import { pods, type Pod } from '../../api/kinds/core.js';
import { rfc3339 } from '../../api/time.js';
import type { Reconciliation } from '../../client/contract.js';
import type { Cause, Failure, HandledKind, Handler } from '../kopf/contract.js';
import { ensured, found, keyError, merged, withoutSpec } from './calls.js';
import { deleteCluster } from './cluster-handlers.js';
import { jobCluster, jobRunner, runnerName } from './objects.js';
import { daskClusters, daskJobs, labels, type DaskJob } from './types.js';

/** DaskJobs. */
export const jobHandlers: HandledKind<DaskJob> = {
  kind: daskJobs,
  hasStatusSubresource: true,
  handlers: [
    { name: 'daskjob_create', keys: ['daskjob_create'], run: begin },
    {
      name: 'daskjob_create_components',
      field: 'status.jobStatus',
      wanted: 'JobCreated',
      keys: ['daskjob_create_components.status.jobStatus'],
      run: createComponents,
    },
  ],
};

function* begin({ object, log, setStatus }: Cause<DaskJob>): Reconciliation<Failure | undefined> {
  const { name = '', namespace = '' } = object.metadata;
  log(`A DaskJob has been created called ${name} in ${namespace}.`);
  setStatus({ jobStatus: 'JobCreated' });
  return undefined;
}

function* createComponents({
  object,
  log,
  setStatus,
}: Cause<DaskJob>): Reconciliation<Failure | undefined> {
  const { name = '', namespace = '' } = object.metadata;
  log('Creating Dask job components.');
  if (withoutSpec(object)) return keyError('cluster').failure;
  const noCluster = yield* ensured(daskClusters, jobCluster(object));
  if (noCluster !== undefined) return noCluster;
  log(`Cluster ${name} for job ${name} created in ${namespace}.`);
  const noRunner = yield* ensured(pods, jobRunner(object));
  if (noRunner !== undefined) return noRunner;
  const jobRunnerPodName = runnerName(name);
  setStatus({ clusterName: name, jobStatus: 'ClusterCreated', jobRunnerPodName });
  return undefined;
}

/** The pods that run the jobs' programs. */
export const runnerHandlers: HandledKind<Pod> = {
  kind: pods,
  labels: { [labels.component]: 'job-runner' },
  handlers: [
    onPhase('Running', 'handle_runner_status_change_running', 'sta-5L821A', tellRunning),
    onPhase('Succeeded', 'handle_runner_status_change_succeeded', 's-AQGHdA', cause =>
      tellEnd(cause, 'Successful', 'Job succeeded, deleting Dask cluster.'),
    ),
    onPhase('Failed', 'handle_runner_status_change_failed', 'stat-2eM5IQ', cause =>
      tellEnd(cause, 'Failed', 'Job failed, deleting Dask cluster.'),
    ),
  ],
};

function onPhase(
  wanted: string,
  name: string,
  ending: string,
  run: Handler<Pod>['run'],
): Handler<Pod> {
  const key = `${name}.status.phase`;
  return { name, field: 'status.phase', wanted, keys: [key, `${name}.${ending}`], run };
}

function* tellRunning({ object, log, nowMs }: Cause<Pod>): Reconciliation<Failure | undefined> {
  log('Job now in running');
  return yield* tell(object, { jobStatus: 'Running', startTime: rfc3339(nowMs) });
}

function* tellEnd(
  { object, log, nowMs }: Cause<Pod>,
  jobStatus: string,
  message: string,
): Reconciliation<Failure | undefined> {
  log(message);
  const { namespace = '' } = object.metadata;
  const failure = yield* deleteCluster(namespace, object.metadata.labels?.[labels.cluster] ?? '');
  if (failure !== undefined) return failure;
  return yield* tell(object, { jobStatus, endTime: rfc3339(nowMs) });
}

function* tell(
  { metadata }: Pod,
  status: Readonly<Record<string, string>>,
): Reconciliation<Failure | undefined> {
  const { namespace = '' } = metadata;
  const name = metadata.labels?.[labels.cluster] ?? '';
  const job = yield* found(daskJobs, namespace, name);
  if ('failure' in job) return job.failure;
  return yield* merged(daskJobs, { namespace, name, subresource: 'status' }, { status });
}
