/** Runs Jobs to completion. @upstream pkg/controller/job/job_controller.go */
import { jobs, type Job } from '../api/kinds/batch.js';
import { pods, type Pod } from '../api/kinds/core.js';
import { controllerOf, isDeleting, keyOf, splitKey } from '../api/meta.js';
import { timeMs } from '../api/time.js';
import {
  serviceAccount,
  type Change,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
} from '../client/contract.js';
import { watch } from '../client/requests.js';
import { watchDependents } from './control/dependents.js';
import { retrying } from './control/must.js';
import { orphanIndex, resolve } from './control/owner.js';
import { gangWatches } from './job/gang.js';
import { batchMs, type JobTools } from './job/manage.js';
import { JobMemory } from './job/memory.js';
import { isOrphansKey, orphanKey, orphansKey, releaseOrphans } from './job/orphans.js';
import { syncJob } from './job/pass.js';
import { isFinished, isManagedElsewhere, isTracked } from './job/spec.js';

/** The controller of Jobs. */
export const jobController = jobControllerOf({ makesGroups: false });

/** The controller of Jobs, which makes pod groups for some behind the gate WorkloadWithJob. */
export function jobControllerOf(settings: Pick<JobTools, 'makesGroups'>): ControllerDefinition {
  return {
    name: 'job-controller',
    queueName: {
      'orphan pod:': 'job_orphan_pod',
      'orphans by selector:': 'job_orphan_pod',
      '': 'job',
    },
    identity: serviceAccount('kube-system', 'job-controller'),
    create: context => createController(context, settings),
  };
}

function createController(
  context: ControllerContext,
  { makesGroups }: Pick<JobTools, 'makesGroups'>,
): Controller {
  const { view, queue, clock } = context;
  const memory = new JobMemory(clock);
  const wake = (job: Job) => queue.addAfter(keyOf(job), batchMs);
  const onDependent = watchDependents<Job, Pod>({
    view,
    ownerKind: jobs,
    selector: ({ spec }) => spec?.selector,
    wake,
    created: key => memory.expectations.creationSeen(key),
    leaving: key => memory.expectations.deletionSeen(key),
  });
  return {
    workers: 5,
    retry: { baseMs: 1000, maxMs: 60_000 },
    watches: [
      watch(jobs, { on: change => onJob(change, context, memory) }),
      watch(pods, {
        indexes: orphanIndex,
        on: change => {
          onTracked(change, context, memory);
          onDependent(change);
        },
      }),
      ...(makesGroups ? gangWatches() : []),
    ],
    reconcile: key => sync(key, { context, memory, makesGroups }),
  };
}

function* sync(key: string, tools: JobTools): Reconciliation {
  const { context, memory } = tools;
  const { view } = context;
  if (isOrphansKey(key)) return yield* releaseOrphans(key, view);
  const { namespace, name } = splitKey(key);
  const delay = memory.ownWrites.delay(key, view);
  if (delay !== undefined) return { retry: delay };
  const job = view.get(jobs, namespace, name);
  if (job === undefined) return memory.forget(key);
  if (isManagedElsewhere(job)) return undefined;
  const uid = job.metadata.uid ?? '';
  if (isFinished(job)) {
    memory.backOffs.delete(key);
    memory.ownWrites.forget(key, uid);
    memory.finished.delete(uid);
    return undefined;
  }
  if (memory.finished.has(uid)) return undefined;
  return yield* retrying(syncJob(key, job, tools));
}

function onJob(change: Change<Job>, { queue, clock }: ControllerContext, memory: JobMemory): void {
  const { type, object, old } = change;
  const key = keyOf(object);
  if (type === 'deleted') {
    queue.add(key);
    memory.ownWrites.forget(key, object.metadata.uid);
    memory.finished.delete(object.metadata.uid ?? '');
    memory.backOffs.delete(key);
    queue.add(orphansKey(object));
    return;
  }
  if (type === 'added') return queue.add(key);
  if (isFinished(object)) return queue.add(orphansKey(object));
  if (old.metadata.generation === object.metadata.generation) queue.addAfter(key, batchMs);
  else queue.add(key);
  const startMs = timeMs(object.status?.startTime);
  const seconds = object.spec?.activeDeadlineSeconds;
  if (startMs === undefined || seconds === undefined) return;
  if (seconds === old.spec?.activeDeadlineSeconds) return;
  queue.addAfter(key, startMs + seconds * 1000 - clock.now());
}

/** Learns that a finalizer has gone, and finds pods that keep it though no Job counts them any more. */
function onTracked(
  { type, object, old }: Change<Pod>,
  { view, queue }: ControllerContext,
  memory: JobMemory,
): void {
  const { namespace = '', uid = '' } = object.metadata;
  const job = resolve(view, jobs, namespace, controllerOf(object));
  const isReleased = type === 'deleted' || !isTracked(object);
  if (isReleased) {
    const before = old && resolve(view, jobs, namespace, controllerOf(old));
    for (const owner of [job, before]) {
      if (owner !== undefined) memory.releaseSeen(keyOf(owner), uid);
    }
    return;
  }
  const isOrphan = controllerOf(object) === undefined;
  const isLeft = isDeleting(object) && (job === undefined || isFinished(job));
  if (isOrphan || isLeft) queue.add(orphanKey(object));
}
