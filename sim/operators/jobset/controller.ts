/** Reconciles JobSets. @upstream jobset pkg/controllers/jobset_controller.go */
import { jobs } from '../../api/kinds/batch.js';
import { services } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import {
  defaultRetryPolicy,
  type ControllerContext,
  type ControllerDefinition,
  type Identity,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { addOwner, keyOf, splitKey, watch } from '../../client/requests.js';
import { Pass } from './pass.js';
import { jobSets } from './types.js';

const manager = 'jobset.sigs.k8s.io/jobset-controller';

/** The controller. */
export function jobSetController(identity: Identity): ControllerDefinition {
  return {
    name: 'jobset-controller',
    eventSource: 'jobset',
    eventApi: 'events.k8s.io',
    identity,
    create: context => ({
      retry: defaultRetryPolicy,
      watches: watchesOf(context),
      reconcile: (key, view) => sync(key, view, context),
    }),
  };
}

function* sync(key: string, view: View, context: ControllerContext): Reconciliation {
  const { namespace, name } = splitKey(key);
  const jobSet = view.get(jobSets, namespace, name);
  if (jobSet === undefined || isDeleting(jobSet)) return undefined;
  if ((jobSet.spec.managedBy ?? manager) !== manager) return undefined;
  const pass = new Pass(jobSet, view, {
    nowMs: context.clock.now(),
    record: event => context.events.record({ regarding: jobSet, ...event }),
  });
  return yield* pass.run();
}

function watchesOf({ queue }: ControllerContext) {
  const ofOwner = addOwner(queue, jobSets);
  return [
    watch(jobSets, { on: ({ object }) => queue.add(keyOf(object)) }),
    watch(jobs, { on: ofOwner }),
    watch(services, { on: ofOwner }),
  ];
}
