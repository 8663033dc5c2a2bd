/** Reconciles RayJobs. @upstream kuberay v1.7.0 controllers/ray/rayjob_controller.go */
import { jobs } from '../../api/kinds/batch.js';
import { pods, services } from '../../api/kinds/core.js';
import {
  defaultRetryPolicy,
  type ControllerContext,
  type ControllerDefinition,
  type Identity,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { addOwner, keyOf, splitKey, watch } from '../../client/requests.js';
import type { BatchScheduler } from './batch-scheduler.js';
import { JobPass } from './job-pass.js';
import { ownManager } from './keys.js';
import { rayClusters, rayJobs } from './types.js';

/** The controller. */
export function rayJobController(
  identity: Identity,
  scheduler?: BatchScheduler,
): ControllerDefinition {
  return {
    name: 'rayjob-controller',
    eventSource: 'rayjob-controller',
    eventApi: 'events.k8s.io',
    identity,
    create: context => ({
      retry: defaultRetryPolicy,
      watches: watchesOf(context),
      reconcile: (key, view) => sync(key, view, context, scheduler),
    }),
  };
}

function* sync(
  key: string,
  view: View,
  context: ControllerContext,
  scheduler: BatchScheduler | undefined,
): Reconciliation {
  const { namespace, name } = splitKey(key);
  const job = view.get(rayJobs, namespace, name);
  if (job === undefined || (job.spec.managedBy ?? ownManager) !== ownManager) return undefined;
  const { clock, random, http, events } = context;
  const pass = new JobPass(job, view, {
    ...{ clock, random, http, scheduler },
    record: event => events.record({ regarding: job, ...event }),
  });
  return yield* pass.run();
}

function watchesOf({ queue }: ControllerContext) {
  const ofOwner = addOwner(queue, rayJobs);
  return [
    watch(rayJobs, { on: ({ object }) => queue.add(keyOf(object)) }),
    watch(rayClusters, { on: ofOwner }),
    watch(services, { on: ofOwner }),
    watch(jobs, { on: ofOwner }),
    watch(pods),
  ];
}
