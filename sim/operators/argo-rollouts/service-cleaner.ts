/** Frees the Services that no Rollout uses any more. @upstream argo-rollouts service/service.go */
import { services } from '../../api/kinds/core.js';
import type {
  ControllerContext,
  ControllerDefinition,
  Reconciliation,
  View,
  Watch,
} from '../../client/contract.js';
import { call, get, keyOf, patch, splitKey, watch } from '../../client/requests.js';
import { servicesOf } from './controller.js';
import { keys } from './keys.js';
import { rolloutsRetry } from './retry.js';
import { rollouts } from './types.js';

/** The controller. */
export const serviceController: ControllerDefinition = {
  name: 'argo-rollouts-services',
  eventSource: 'rollouts-controller',
  create: context => ({
    workers: 10,
    retry: rolloutsRetry,
    watches: watchesOf(context),
    reconcile: free,
  }),
};

function watchesOf({ queue }: ControllerContext): readonly Watch[] {
  return [
    watch(services, { on: ({ object }) => queue.add(keyOf(object)) }),
    watch(rollouts, {
      on: ({ type, object, old }) => {
        const kept = type === 'deleted' ? [] : servicesOf(object);
        const gone = servicesOf(old ?? object).filter(key => !kept.includes(key));
        for (const key of gone) queue.add(key);
      },
    }),
  ];
}

function* free(key: string, view: View): Reconciliation {
  const { namespace, name } = splitKey(key);
  const service = view.get(services, namespace, name);
  if (service?.spec?.selector?.[keys.hash] === undefined) return undefined;
  const manager = service.metadata.annotations?.[keys.managedBy];
  if (manager !== undefined) {
    const answer = yield* call(get(rollouts, namespace, manager));
    if (answer.isOk && servicesOf(answer.object).includes(key)) return undefined;
  } else if (view.list(rollouts, namespace).some(rollout => servicesOf(rollout).includes(key))) {
    return undefined;
  }
  const body = {
    ...(manager !== undefined && { metadata: { annotations: { [keys.managedBy]: null } } }),
    spec: { selector: { [keys.hash]: null } },
  };
  const answer = yield* call(patch(services, { namespace, name }, { type: 'merge' }, body));
  return answer.isOk || answer.status === 404 ? undefined : { retry: answer.message };
}
