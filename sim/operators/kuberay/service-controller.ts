/** Reconciles RayServices. @upstream kuberay v1.7.0 controllers/ray/rayservice_controller.go */
import { pods, services } from '../../api/kinds/core.js';
import { endpointSlices } from '../../api/kinds/discovery.js';
import {
  defaultRetryPolicy,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Identity,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { addOwner, keyOf, splitKey, watch } from '../../client/requests.js';
import { isWanted } from './cluster-controller.js';
import { ownManager } from './keys.js';
import { ServiceMemory } from './serve-side.js';
import { ServicePass } from './service-pass.js';
import { rayClusters, rayServices } from './types.js';

/** The controller. */
export function rayServiceController(identity: Identity): ControllerDefinition {
  return {
    name: 'rayservice-controller',
    eventSource: 'rayservice-controller',
    eventApi: 'events.k8s.io',
    identity,
    create: context => new RayServiceController(context),
  };
}

class RayServiceController implements Controller {
  readonly retry = defaultRetryPolicy;
  readonly watches;
  private readonly memory = new ServiceMemory();

  constructor(private readonly context: ControllerContext) {
    const { queue } = context;
    const ofOwner = addOwner(queue, rayServices);
    this.watches = [
      watch(rayServices, {
        on: change => {
          if (isWanted(change)) queue.add(keyOf(change.object));
        },
      }),
      watch(rayClusters, { on: ofOwner }),
      watch(services, { on: ofOwner }),
      watch(pods),
      watch(endpointSlices),
    ];
  }

  *reconcile(key: string, view: View): Reconciliation {
    const { namespace, name } = splitKey(key);
    const service = view.get(rayServices, namespace, name);
    if (service === undefined) return undefined;
    if ((service.spec.managedBy ?? ownManager) !== ownManager) return undefined;
    const { clock, random, http, events } = this.context;
    const pass = new ServicePass(service, view, {
      ...{ clock, random, http, memory: this.memory },
      record: event => events.record({ regarding: service, ...event }),
    });
    return yield* pass.run();
  }
}
