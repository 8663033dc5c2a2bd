/** Reconciles LeaderWorkerSets. @upstream lws v0.10.0 pkg/controllers/leaderworkerset_controller.go SetupWithManager */
import { controllerRevisions, statefulSets } from '../../api/kinds/apps.js';
import { pods, services } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import type { HasMetadata } from '../../api/object.js';
import {
  defaultRetryPolicy,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { addOwner, keyOf, splitKey, watch } from '../../client/requests.js';
import { keys } from './keys.js';
import { Pass } from './pass.js';
import { leaderWorkerSets } from './types.js';

/** The controller. */
export const leaderWorkerSetController: ControllerDefinition = {
  name: 'leaderworkerset-controller',
  eventSource: 'leaderworkerset',
  eventApi: 'events.k8s.io',
  create: context => ({
    retry: defaultRetryPolicy,
    watches: watchesOf(context),
    reconcile: (key, view) => sync(key, view, context),
  }),
};

function* sync(key: string, view: View, context: ControllerContext): Reconciliation {
  const { namespace, name } = splitKey(key);
  const set = view.get(leaderWorkerSets, namespace, name);
  if (set === undefined || isDeleting(set)) return undefined;
  const pass = new Pass(set, view, {
    nowMs: context.clock.now(),
    record: event => context.events.record({ regarding: set, ...event }),
  });
  return yield* pass.run();
}

/** The stateful sets of workers are their leaders', and tell of the set by a label. */
function watchesOf({ queue }: ControllerContext) {
  const ofOwner = addOwner(queue, leaderWorkerSets);
  const addNamed = ({ object }: { readonly object: HasMetadata }): void => {
    const { namespace = '', labels } = object.metadata;
    const name = labels?.[keys.setName];
    if (name !== undefined && name !== '') queue.add(`${namespace}/${name}`);
  };
  return [
    watch(leaderWorkerSets, { on: ({ object }) => queue.add(keyOf(object)) }),
    watch(statefulSets, { labelSelector: keys.setName, on: addNamed }),
    watch(services, { labelSelector: keys.setName, on: ofOwner }),
    watch(controllerRevisions, { labelSelector: keys.setName }),
    watch(pods, { labelSelector: keys.setName }),
  ];
}
