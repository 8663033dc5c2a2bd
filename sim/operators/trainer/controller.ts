/** Reconciles TrainJobs. @upstream kubeflow/trainer v2.3.0 pkg/controller/trainjob_controller.go */
import { configMaps, secrets } from '../../api/kinds/core.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import {
  defaultRetryPolicy,
  type ControllerContext,
  type ControllerDefinition,
  type Identity,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { addOwner, keyOf, splitKey, watch } from '../../client/requests.js';
import { jobSets } from '../jobset/types.js';
import { Pass } from './pass.js';
import { clusterTrainingRuntimes, trainingRuntimes, trainJobs } from './types.js';

const manager = 'trainer.kubeflow.org/trainjob-controller';

/** The controller. */
export function trainJobController(identity: Identity): ControllerDefinition {
  return {
    name: 'trainjob-controller',
    eventSource: 'trainer-trainjob-controller',
    eventApi: 'events.k8s.io',
    identity,
    create: context => {
      const watchGroups = groupWatcher(context);
      return {
        retry: defaultRetryPolicy,
        watches: watchesOf(context),
        reconcile: (key, view) => sync(key, view, context, watchGroups),
      };
    },
  };
}

type WatchGroups = (kind: Kind<HasMetadata>) => void;

/** Watches the groups of a gang scheduler once there are any: its kinds may not be installed. */
function groupWatcher(context: ControllerContext): WatchGroups {
  const watched = new Set<string>();
  return kind => {
    if (watched.has(kind.group)) return;
    watched.add(kind.group);
    context.watch(watch(kind, { on: addOwner(context.queue, trainJobs) }));
  };
}

function* sync(
  key: string,
  view: View,
  context: ControllerContext,
  watchGroups: WatchGroups,
): Reconciliation {
  const { namespace, name } = splitKey(key);
  const job = view.get(trainJobs, namespace, name);
  if (job === undefined || (job.spec.managedBy ?? manager) !== manager) return undefined;
  const pass = new Pass(job, view, {
    nowMs: context.clock.now(),
    random: context.random,
    record: event => context.events.record({ regarding: job, ...event }),
    watch: watchGroups,
  });
  return yield* pass.run();
}

function watchesOf({ queue }: ControllerContext) {
  const ofOwner = addOwner(queue, trainJobs);
  return [
    watch(trainJobs, { on: ({ object }) => queue.add(keyOf(object)) }),
    watch(trainingRuntimes),
    watch(clusterTrainingRuntimes),
    watch(jobSets, { on: ofOwner }),
    watch(configMaps, { on: ofOwner }),
    watch(secrets, { on: ofOwner }),
  ];
}
