/**
 * Sets the size of workloads by their metrics, every 15 seconds for each autoscaler.
 * @upstream pkg/controller/podautoscaler/horizontal.go
 */
import { horizontalPodAutoscalers } from '../api/kinds/autoscaling.js';
import { pods } from '../api/kinds/core.js';
import { keyOf } from '../api/meta.js';
import {
  serviceAccount,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
} from '../client/contract.js';
import { splitKey, watch } from '../client/requests.js';
import type { AutoscalerState, PassInput } from './horizontal-pod-autoscaler/pass-input.js';
import { autoscalerPass } from './horizontal-pod-autoscaler/pass.js';
import { readScale } from './horizontal-pod-autoscaler/scale.js';
import { SelectorBook } from './horizontal-pod-autoscaler/selector-book.js';
import {
  defaultAutoscalerSettings,
  type AutoscalerSettings,
} from './horizontal-pod-autoscaler/settings.js';
import { RestMapper } from './control/rest-mapper.js';

/** The controller of HorizontalPodAutoscalers with other flags than the defaults. */
export function horizontalPodAutoscalerControllerWith(
  changed: Partial<AutoscalerSettings>,
): ControllerDefinition {
  const settings = { ...defaultAutoscalerSettings, ...changed };
  return {
    name: 'horizontal-pod-autoscaler',
    queueName: 'horizontalpodautoscaler',
    identity: serviceAccount('kube-system', 'horizontal-pod-autoscaler'),
    create: context => createController(context, settings),
  };
}

/** The controller of HorizontalPodAutoscalers. */
export const horizontalPodAutoscalerController: ControllerDefinition =
  horizontalPodAutoscalerControllerWith({});

function createController(context: ControllerContext, settings: AutoscalerSettings): Controller {
  const { clock, queue } = context;
  const state: AutoscalerState = {
    memories: new Map(),
    selectors: new SelectorBook(),
    mapper: new RestMapper(clock),
    readScale,
  };
  return {
    watches: [
      watch(horizontalPodAutoscalers, {
        on: ({ type, object }) => {
          const key = keyOf(object);
          if (type === 'deleted') return state.selectors.remove(key);
          state.selectors.add(key);
          queue.addAfter(key, settings.syncPeriodMs);
        },
      }),
      watch(pods),
    ],
    workers: 5,
    reconcile: (key, view) => sync({ key, view, settings, state, context }),
  };
}

function* sync(input: PassInput): Reconciliation {
  const { key, view, settings, state } = input;
  const { namespace, name } = splitKey(key);
  const autoscaler = view.get(horizontalPodAutoscalers, namespace, name);
  if (autoscaler === undefined) {
    state.memories.delete(key);
    return undefined;
  }
  yield* autoscalerPass(autoscaler, input);
  return { requeueAfterMs: settings.syncPeriodMs };
}
