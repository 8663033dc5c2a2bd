/** Reconciles SeldonDeployments. @upstream seldon-core v1.17.1 operator/controllers/seldondeployment_controller.go */
import { deployments } from '../../api/kinds/apps.js';
import { horizontalPodAutoscalers } from '../../api/kinds/autoscaling.js';
import { namespaces, services } from '../../api/kinds/core.js';
import { podDisruptionBudgets } from '../../api/kinds/policy.js';
import type {
  ControllerContext,
  ControllerDefinition,
  Reconciliation,
  View,
} from '../../client/contract.js';
import { addOwner, keyOf, splitKey, watch } from '../../client/requests.js';
import { runPass } from './pass.js';
import { seldonDeployments } from './types.js';

/** controller-runtime's default for a controller's retries. */
const retry = { baseMs: 5, maxMs: 1_000_000, bucket: { perSecond: 10, burst: 100 } };

/** The controller. */
export const seldonDeploymentController: ControllerDefinition = {
  name: 'seldon-controller-manager',
  eventSource: 'seldon-controller-manager',
  create: ({ queue, clock, events }) => {
    const ofOwner = addOwner(queue, seldonDeployments);
    return {
      retry,
      watches: [
        watch(seldonDeployments, { on: ({ object }) => queue.add(keyOf(object)) }),
        watch(deployments, { on: ofOwner }),
        watch(services, { on: ofOwner }),
        watch(horizontalPodAutoscalers),
        watch(podDisruptionBudgets),
        watch(namespaces),
      ],
      reconcile: (key, view) => sync(key, view, { clock, events }),
    };
  },
};

function* sync(
  key: string,
  view: View,
  { clock, events }: Pick<ControllerContext, 'clock' | 'events'>,
): Reconciliation {
  const { namespace, name } = splitKey(key);
  const owner = view.get(seldonDeployments, namespace, name);
  if (owner === undefined) return undefined;
  return yield* runPass(owner, view, {
    nowMs: clock.now(),
    record: event => events.record({ regarding: owner, ...event }),
  });
}
