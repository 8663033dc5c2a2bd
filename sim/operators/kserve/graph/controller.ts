/** Reconciles InferenceGraphs. @upstream kserve v0.20.0 pkg/controller/v1alpha1/inferencegraph/controller.go */
import { deployments } from '../../../api/kinds/apps.js';
import { horizontalPodAutoscalers } from '../../../api/kinds/autoscaling.js';
import { services } from '../../../api/kinds/core.js';
import type {
  ControllerContext,
  ControllerDefinition,
  Identity,
  Reconciliation,
  View,
} from '../../../client/contract.js';
import { addOwner, keyOf, splitKey, watch } from '../../../client/requests.js';
import { OtherKinds } from '../other-kinds.js';
import { clusterServingRuntimes, inferenceServices, servingRuntimes } from '../types.js';
import { GraphPass } from './pass.js';
import { inferenceGraphs } from './types.js';

/** controller-runtime's default for a controller's retries. */
const retry = { baseMs: 5, maxMs: 1_000_000, bucket: { perSecond: 10, burst: 100 } };

/** The controller. What becomes of the services that a graph names does not wake it: it only retries. */
export function inferenceGraphController(identity: Identity): ControllerDefinition {
  return {
    name: 'inferencegraph-controller',
    eventSource: 'InferenceGraphController',
    identity,
    create: context => {
      const kinds = new OtherKinds(context, inferenceGraphs);
      return {
        retry,
        watches: [
          watch(inferenceGraphs, { on: ({ object }) => context.queue.add(keyOf(object)) }),
          watch(deployments, { on: addOwner(context.queue, inferenceGraphs) }),
          watch(services),
          watch(horizontalPodAutoscalers),
          watch(inferenceServices),
          watch(servingRuntimes),
          watch(clusterServingRuntimes),
        ],
        reconcile: (key, view) => sync(key, view, context, kinds),
      };
    },
  };
}

function* sync(
  key: string,
  view: View,
  context: ControllerContext,
  kinds: OtherKinds,
): Reconciliation {
  const { namespace, name } = splitKey(key);
  const graph = view.get(inferenceGraphs, namespace, name);
  if (graph === undefined) return undefined;
  const pass = new GraphPass(graph, view, kinds, context.clock.now(), event =>
    context.events.record({ regarding: graph, ...event }),
  );
  return yield* pass.run();
}
