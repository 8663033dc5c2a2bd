/** Reconciles InferenceServices. @upstream kserve v0.20.0 pkg/controller/v1beta1/inferenceservice/controller.go */
import { deepEqual } from '../../api/equality.js';
import { deployments } from '../../api/kinds/apps.js';
import { horizontalPodAutoscalers } from '../../api/kinds/autoscaling.js';
import { pods, services } from '../../api/kinds/core.js';
import { ingresses } from '../../api/kinds/networking.js';
import type {
  ControllerContext,
  ControllerDefinition,
  Identity,
  Reconciliation,
  View,
} from '../../client/contract.js';
import { addOwner, keyOf, splitKey, watch } from '../../client/requests.js';
import { keys } from './keys.js';
import { OtherKinds } from './other-kinds.js';
import { Pass } from './pass.js';
import {
  clusterServingRuntimes,
  clusterStorageContainers,
  inferenceServices,
  servingRuntimes,
  type ServingRuntime,
} from './types.js';

/** controller-runtime's default for a controller's retries. */
const retry = { baseMs: 5, maxMs: 1_000_000, bucket: { perSecond: 10, burst: 100 } };

/** The controller. */
export function inferenceServiceController(identity: Identity): ControllerDefinition {
  return {
    name: 'inferenceservice-controller',
    eventSource: 'v1beta1Controllers',
    identity,
    create: context => {
      const kinds = new OtherKinds(context, inferenceServices);
      return {
        retry,
        watches: watchesOf(context),
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
  const service = view.get(inferenceServices, namespace, name);
  if (service === undefined) return undefined;
  const pass = new Pass(service, view, kinds, context.clock.now(), event =>
    context.events.record({ regarding: service, ...event }),
  );
  return yield* pass.run();
}

function watchesOf({ queue, view }: ControllerContext) {
  const ofOwner = addOwner(queue, inferenceServices);
  const usersOf = (runtime: ServingRuntime, namespace: string | undefined): void => {
    for (const service of view.list(inferenceServices, namespace)) {
      const { servingRuntimeName, clusterServingRuntimeName } = service.status ?? {};
      const used = namespace === undefined ? clusterServingRuntimeName : servingRuntimeName;
      if (used === runtime.metadata.name) queue.add(keyOf(service));
    }
  };
  return [
    watch(inferenceServices, { on: ({ object }) => queue.add(keyOf(object)) }),
    watch(deployments, { on: ofOwner }),
    watch(services, { on: ofOwner }),
    watch(ingresses, { on: ofOwner }),
    watch(horizontalPodAutoscalers),
    watch(clusterStorageContainers),
    watch(pods, {
      labelSelector: keys.service,
      on: ({ type, object, old }) => {
        if (type !== 'updated') return;
        const statuses = object.status?.initContainerStatuses ?? [];
        if (deepEqual(statuses, old.status?.initContainerStatuses ?? [])) return;
        const service = object.metadata.labels?.[keys.service] ?? '';
        queue.add(`${object.metadata.namespace ?? ''}/${service}`);
      },
    }),
    watch(servingRuntimes, {
      on: ({ type, object, old }) => {
        if (type !== 'updated' || deepEqual(object.spec, old.spec)) return;
        usersOf(object, object.metadata.namespace ?? '');
      },
    }),
    watch(clusterServingRuntimes, {
      on: ({ type, object, old }) => {
        if (type === 'updated' && !deepEqual(object.spec, old.spec)) usersOf(object, undefined);
      },
    }),
  ];
}
