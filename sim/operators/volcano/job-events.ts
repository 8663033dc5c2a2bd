/** What changes of pods, jobs and groups mean for jobs. @upstream volcano v1.15.1 pkg/controllers/job/job_controller_handler.go */
import { deepEqual } from '../../api/equality.js';
import type { Pod } from '../../api/kinds/core.js';
import { controllerOf } from '../../api/meta.js';
import { apiVersionOf } from '../../api/object.js';
import type { Change } from '../../client/contract.js';
import { keys } from './keys.js';
import type { JobRequest } from './policies.js';
import { jobs, type Job, type PodGroup, type TaskSpec } from './types.js';

/** The task's pods, and the task. */
export type TaskLookup = (pod: Pod) => {
  readonly task: TaskSpec | undefined;
  readonly pods: readonly Pod[];
};

/** Whether a pod is being restarted: nothing that becomes of it means anything. */
export function isOutOfSync({ metadata }: Pod): boolean {
  return metadata.annotations?.[keys.outOfSync] !== undefined;
}

/** The request that a change of a job's pod makes; undefined for other pods. */
export function requestOfPod(change: Change<Pod>, lookUp: TaskLookup): JobRequest | undefined {
  const pod = change.object;
  const owner = controllerOf(pod);
  if (owner?.kind !== jobs.kind || owner.apiVersion !== apiVersionOf(jobs)) return undefined;
  const { annotations = {}, labels = {}, namespace = '', name = '', uid = '' } = pod.metadata;
  const [job, task] = [annotations[keys.jobName], annotations[keys.taskSpec]];
  const version = Number(annotations[keys.jobVersion] ?? NaN);
  if (job === undefined || task === undefined || !Number.isInteger(version)) return undefined;
  const partition = labels[keys.partition];
  return {
    ...{ namespace, job, jobUid: owner.uid, task, pod: name, podUid: uid, version },
    ...(partition !== undefined && { partition }),
    ...(isOutOfSync(pod) ? { event: 'OutOfSync' } : eventOf(change, lookUp)),
  };
}

type Told = Pick<JobRequest, 'event' | 'exitCode'>;

function eventOf(change: Change<Pod>, lookUp: TaskLookup): Told {
  switch (change.type) {
    case 'added':
      return { event: 'PodPending' };
    case 'deleted':
      return { event: 'PodEvicted' };
    case 'updated':
      return eventOfUpdate(change.object, change.old.status?.phase, lookUp);
  }
}

function eventOfUpdate(pod: Pod, before: string | undefined, lookUp: TaskLookup): Told {
  const phase = pod.status?.phase;
  const isNew = phase !== before;
  switch (phase) {
    case 'Failed': {
      if (!isNew) return { event: 'OutOfSync' };
      const exitCode = pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode;
      return { event: 'PodFailed', ...(exitCode !== undefined && { exitCode }) };
    }
    case 'Succeeded':
      return { event: isNew && isTaskCompleted(lookUp(pod)) ? 'TaskCompleted' : 'OutOfSync' };
    case 'Running':
      if (isNew) return { event: 'PodRunning' };
      return { event: isTaskFailed(lookUp(pod)) ? 'TaskFailed' : 'OutOfSync' };
    case 'Pending':
      if (isNew) return { event: 'PodPending' };
      return { event: isTaskFailed(lookUp(pod)) ? 'TaskFailed' : 'OutOfSync' };
    default:
      return { event: 'OutOfSync' };
  }
}

function isTaskCompleted({ task, pods }: ReturnType<TaskLookup>): boolean {
  const replicas = task?.replicas ?? 0;
  return replicas > 0 && pods.filter(pod => pod.status?.phase === 'Succeeded').length >= replicas;
}

/** A task fails when its containers were started anew too often. */
function isTaskFailed({ task, pods }: ReturnType<TaskLookup>): boolean {
  const { replicas = 0, maxRetry = 0 } = task ?? {};
  if (replicas === 0 || maxRetry === -1) return false;
  const living = pods.filter(({ status }) => ['Running', 'Pending'].includes(status?.phase ?? ''));
  const restarts = living
    .flatMap(({ status }) => [
      ...(status?.initContainerStatuses ?? []),
      ...(status?.containerStatuses ?? []),
    ])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  return restarts >= (maxRetry === 0 ? 3 : maxRetry);
}

/** The request that a change of a job makes: only its spec and its phase matter. */
export function requestOfJob({ type, object, old }: Change<Job>): JobRequest | undefined {
  if (type === 'deleted') return undefined;
  const isSame =
    old !== undefined &&
    deepEqual(old.spec, object.spec) &&
    old.status?.state?.phase === object.status?.state?.phase;
  if (isSame) return undefined;
  const { namespace = '', name = '' } = object.metadata;
  return { namespace, job: name, event: 'OutOfSync' };
}

/** The request that a change of a group's phase makes. */
export function requestOfGroup({ object, old }: Change<PodGroup>): JobRequest | undefined {
  const phase = object.status?.phase;
  if (old === undefined || old.status?.phase === phase) return undefined;
  const { namespace = '', name = '', ownerReferences = [] } = object.metadata;
  const job = ownerReferences.findLast(({ kind }) => kind === 'Job')?.name ?? name;
  return { namespace, job, event: phase === 'Unknown' ? 'Unknown' : '' };
}
