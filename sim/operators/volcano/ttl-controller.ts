/** Deletes jobs that have been over for long enough. @upstream volcano v1.15.1 pkg/controllers/garbagecollector */
import { isDeleting } from '../../api/meta.js';
import { timeMs } from '../../api/time.js';
import {
  defaultRetryPolicy,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { call, get, keyOf, remove, splitKey, watch } from '../../client/requests.js';
import { controllerSource } from './keys.js';
import { jobs, type Job } from './types.js';

/** The controller. */
export const ttlController: ControllerDefinition = {
  name: 'volcano-gc-controller',
  eventSource: controllerSource,
  create: context => ({
    retry: defaultRetryPolicy,
    watches: [
      watch(jobs, {
        on: ({ type, object }) => {
          if (type !== 'deleted' && endMs(object) !== undefined) context.queue.add(keyOf(object));
        },
      }),
    ],
    reconcile: (key, view) => sync(key, view, context),
  }),
};

function* sync(key: string, view: View, { clock }: ControllerContext): Reconciliation {
  const { namespace, name } = splitKey(key);
  const known = view.get(jobs, namespace, name);
  const leftMs = (endMs(known) ?? Infinity) - clock.now();
  if (leftMs === Infinity) return undefined;
  if (leftMs > 0) return { requeueAfterMs: leftMs };
  // Its time may have been changed: the last word is the API server's.
  const fresh = yield* call(get(jobs, namespace, name));
  if (!fresh.isOk) return fresh.status === 404 ? undefined : { retry: fresh.message };
  const stillMs = (endMs(fresh.object) ?? Infinity) - clock.now();
  if (stillMs > 0) return stillMs === Infinity ? undefined : { requeueAfterMs: stillMs };
  const preconditions = { uid: fresh.object.metadata.uid ?? '' };
  const options = { propagationPolicy: 'Foreground', preconditions } as const;
  const answer = yield* call(remove(jobs, namespace, name, options));
  return answer.isOk || answer.status === 404 ? undefined : { retry: answer.message };
}

/** When the job is to go; undefined: not by itself. */
function endMs(job: Job | undefined): number | undefined {
  const { phase, lastTransitionTime } = job?.status?.state ?? {};
  const ttl = job?.spec.ttlSecondsAfterFinished;
  if (job === undefined || isDeleting(job) || ttl === undefined) return undefined;
  if (!['Completed', 'Failed', 'Terminated'].includes(phase ?? '')) return undefined;
  const overMs = timeMs(lastTransitionTime);
  return overMs === undefined ? undefined : overMs + ttl * 1000;
}
