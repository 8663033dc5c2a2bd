/** Makes the workers of leaders, and recreates groups. @upstream lws v0.10.0 pkg/controllers/pod_controller.go */
import { controllerRevisions, statefulSets } from '../../api/kinds/apps.js';
import { pods, services } from '../../api/kinds/core.js';
import {
  defaultRetryPolicy,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { addOwner, keyOf, splitKey, watch } from '../../client/requests.js';
import { keys } from './keys.js';
import { PodPass } from './pod-pass.js';
import { leaderWorkerSets } from './types.js';

/** The controller. */
export const groupPodController: ControllerDefinition = {
  name: 'leaderworkerset-pod-controller',
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
  const pod = view.get(pods, namespace, name);
  if (pod === undefined) return undefined;
  const { labels = {} } = pod.metadata;
  for (const label of [keys.setName, keys.workerIndex]) {
    if (labels[label] === undefined) return { retry: `${label} label is unexpected missing` };
  }
  // Where the set has gone, its pods will go.
  const set = view.get(leaderWorkerSets, namespace, labels[keys.setName] ?? '');
  if (set === undefined) return undefined;
  const pass = new PodPass(pod, set, {
    view,
    record: event => context.events.record({ regarding: set, ...event }),
  });
  return yield* pass.run();
}

function watchesOf({ queue }: ControllerContext) {
  const labelSelector = keys.setName;
  return [
    watch(pods, { labelSelector, on: ({ object }) => queue.add(keyOf(object)) }),
    watch(statefulSets, { labelSelector, on: addOwner(queue, pods) }),
    watch(leaderWorkerSets),
    watch(services, { labelSelector }),
    watch(controllerRevisions, { labelSelector }),
  ];
}
