/** Reconciles RayClusters. @upstream kuberay v1.7.0 controllers/ray/raycluster_controller.go */
import { deepEqual } from '../../api/equality.js';
import { jobs } from '../../api/kinds/batch.js';
import { pods, secrets, serviceAccounts, services } from '../../api/kinds/core.js';
import { ingresses } from '../../api/kinds/networking.js';
import { roleBindings, roles } from '../../api/kinds/rbac.js';
import type { HasMetadata } from '../../api/object.js';
import {
  defaultRetryPolicy,
  type Change,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Identity,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { addOwner, keyOf, splitKey, watch } from '../../client/requests.js';
import type { BatchScheduler } from './batch-scheduler.js';
import { ClusterPass } from './cluster-pass.js';
import { Expectations } from './expectations.js';
import { ownManager } from './keys.js';
import { rayClusters } from './types.js';

/** The controller. */
export function rayClusterController(
  identity: Identity,
  scheduler?: BatchScheduler,
): ControllerDefinition {
  return {
    name: 'raycluster-controller',
    eventSource: 'raycluster-controller',
    eventApi: 'events.k8s.io',
    identity,
    create: context => new RayClusterController(context, scheduler),
  };
}

class RayClusterController implements Controller {
  readonly retry = defaultRetryPolicy;
  readonly watches;
  private readonly expectations = new Expectations();

  constructor(
    private readonly context: ControllerContext,
    private readonly scheduler: BatchScheduler | undefined,
  ) {
    const { queue } = context;
    const ofOwner = addOwner(queue, rayClusters);
    this.watches = [
      watch(rayClusters, {
        on: change => {
          if (isWanted(change)) queue.add(keyOf(change.object));
        },
      }),
      watch(pods, { on: ofOwner }),
      watch(services, { on: ofOwner }),
      watch(secrets, { on: ofOwner }),
      watch(serviceAccounts),
      watch(roles),
      watch(roleBindings),
      watch(ingresses),
      watch(jobs),
    ];
  }

  *reconcile(key: string, view: View): Reconciliation {
    const { namespace, name } = splitKey(key);
    const cluster = view.get(rayClusters, namespace, name);
    if (cluster === undefined) {
      this.expectations.forget(key);
      return undefined;
    }
    if ((cluster.spec.managedBy ?? ownManager) !== ownManager) return undefined;
    const { clock, random, events } = this.context;
    const pass = new ClusterPass(cluster, view, {
      ...{ nowMs: clock.now(), random, expectations: this.expectations },
      scheduler: this.scheduler,
      record: event => events.record({ regarding: cluster, ...event }),
    });
    return yield* pass.run();
  }
}

/** A change of the status alone is nobody's concern. */
export function isWanted({ type, object, old }: Change<HasMetadata>): boolean {
  if (type !== 'updated') return true;
  const { generation, labels, annotations } = object.metadata;
  const { metadata: before } = old;
  return (
    generation !== before.generation ||
    !deepEqual(labels ?? {}, before.labels ?? {}) ||
    !deepEqual(annotations ?? {}, before.annotations ?? {})
  );
}
