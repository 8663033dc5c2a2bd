/** Reconciles MPIJobs of v2beta1. @upstream kubeflow/mpi-operator pkg/controller/mpi_job_controller.go */
import { printedError } from '../../api/field-error.js';
import { jobs } from '../../api/kinds/batch.js';
import { configMaps, pods, secrets, services } from '../../api/kinds/core.js';
import { priorityClasses } from '../../api/kinds/scheduling.js';
import { controllerOf, isDeleting } from '../../api/meta.js';
import type { HasMetadata } from '../../api/object.js';
import type {
  ControllerContext,
  ControllerDefinition,
  Identity,
  Reconciliation,
  View,
} from '../../client/contract.js';
import { keyOf, splitKey, watch } from '../../client/requests.js';
import type { GangControl } from '../gangs/gang-control.js';
import { Pass } from './pass.js';
import { mpiJobs, withDefaults } from './types.js';
import { mpiJobErrors } from './validation.js';

const manager = 'kubeflow.org/mpi-operator';

/** The controller; with a gang scheduler where it is told of one. */
export function mpiJobController(identity: Identity, gang?: GangControl): ControllerDefinition {
  return {
    name: 'mpi-job-controller',
    identity,
    create: context => ({
      watches: watchesOf(context, gang),
      reconcile: (key, view) => sync(key, view, context, gang),
    }),
  };
}

function* sync(
  key: string,
  view: View,
  context: ControllerContext,
  gang: GangControl | undefined,
): Reconciliation {
  const { namespace, name } = splitKey(key);
  const stored = view.get(mpiJobs, namespace, name);
  if (stored === undefined) return undefined;
  const job = withDefaults(stored);
  const { managedBy = manager } = job.spec.runPolicy ?? {};
  if (managedBy !== manager || isDeleting(job)) return undefined;
  const errors = mpiJobErrors(job).map(printedError);
  if (errors.length > 0) {
    const all = errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`;
    const message = `Found validation errors: ${all ?? ''}`;
    context.events.record({
      regarding: job,
      type: 'Warning',
      reason: 'ValidationError',
      message,
    });
    return undefined;
  }
  const pass = new Pass(job, view, {
    nowMs: context.clock.now(),
    random: context.random,
    gang,
    record: event => context.events.record({ regarding: job, ...event }),
  });
  return yield* pass.run();
}

function watchesOf({ queue, view }: ControllerContext, gang: GangControl | undefined) {
  const ofOwner = ({ object }: { readonly object: HasMetadata }): void => {
    const namespace = object.metadata.namespace ?? '';
    let owner = controllerOf(object);
    if (owner?.kind === 'Job') {
      const job = view.get(jobs, namespace, owner.name);
      owner = job === undefined ? undefined : controllerOf(job);
    }
    if (owner?.kind === mpiJobs.kind) queue.addRateLimited(`${namespace}/${owner.name}`);
  };
  return [
    watch(mpiJobs, { on: ({ object }) => queue.addRateLimited(keyOf(object)) }),
    watch(jobs, { on: ofOwner }),
    watch(pods, { on: ofOwner }),
    watch(services, { on: ofOwner }),
    watch(configMaps, { on: ofOwner }),
    watch(secrets, { on: ofOwner }),
    ...(gang === undefined ? [] : [watch(gang.kind, { on: ofOwner }), watch(priorityClasses)]),
  ];
}
