/**
 * Deletes jobs that ended a while ago.
 * @upstream pkg/controller/ttlafterfinished/ttlafterfinished_controller.go
 */
import { jobs, type Job } from '../api/kinds/batch.js';
import { isDeleting, keyOf } from '../api/meta.js';
import { timeMs } from '../api/time.js';
import {
  serviceAccount,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { call, get, remove, splitKey, watch } from '../client/requests.js';
import type { Clock } from '../engine/clock.js';

/** The controller of jobs with a time to live. */
export const ttlAfterFinishedController: ControllerDefinition = {
  name: 'ttl-after-finished-controller',
  queueName: 'ttl_jobs_to_delete',
  identity: serviceAccount('kube-system', 'ttl-after-finished-controller'),
  create: ({ clock, queue }) => ({
    watches: [
      watch(jobs, {
        on: ({ type, object }) => {
          if (type !== 'deleted' && expiryMs(object) !== undefined) queue.add(keyOf(object));
        },
      }),
    ],
    workers: 5,
    reconcile: (key, view) => removeExpired(key, view, clock),
  }),
};

/** By the cache, and then by the API server, as upstream: the time to live may have changed since. */
function* removeExpired(key: string, view: View, clock: Clock): Reconciliation {
  const { namespace, name } = splitKey(key);
  const cached = view.get(jobs, namespace, name);
  const cachedMs = cached && expiryMs(cached);
  if (cachedMs === undefined) return undefined;
  if (cachedMs > clock.now()) return { requeueAfterMs: cachedMs - clock.now() };
  const fresh = yield* call(get(jobs, namespace, name));
  if (!fresh.isOk) return fresh.status === 404 ? undefined : { retry: fresh.message };
  const freshMs = expiryMs(fresh.object);
  if (freshMs === undefined) return undefined;
  if (freshMs > clock.now()) return { requeueAfterMs: freshMs - clock.now() };
  const { uid = '' } = fresh.object.metadata;
  const options = { propagationPolicy: 'Foreground', preconditions: { uid } } as const;
  const answer = yield* call(remove(jobs, namespace, name, options));
  return answer.isOk ? undefined : { retry: answer.message };
}

/** When the job is to go: its time to live after the end; undefined when it is not to go. */
function expiryMs(job: Job): number | undefined {
  const ttlSeconds = job.spec?.ttlSecondsAfterFinished;
  if (isDeleting(job) || ttlSeconds === undefined) return undefined;
  const end = (job.status?.conditions ?? []).find(({ type, status }) => {
    return (type === 'Complete' || type === 'Failed') && status === 'True';
  });
  const endMs = timeMs(end?.lastTransitionTime);
  return endMs === undefined ? undefined : endMs + ttlSeconds * 1000;
}
