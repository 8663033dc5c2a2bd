/** The controllers of Knative Serving: what each watches. @upstream knative/serving v1.22.1 pkg/reconciler, each controller.go */
import { deployments } from '../../api/kinds/apps.js';
import { horizontalPodAutoscalers } from '../../api/kinds/autoscaling.js';
import { configMaps, endpoints, pods, services } from '../../api/kinds/core.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import {
  defaultRetryPolicy,
  type ControllerContext,
  type ControllerDefinition,
  type Identity,
  type Reconciliation,
  type Watch,
} from '../../client/contract.js';
import { addOwner, keyOf, splitKey, watch } from '../../client/requests.js';
import { isDeleting } from '../../api/meta.js';
import { configurationReconciler } from './configuration.js';
import { reconciled, type Reconciler } from './draft.js';
import { collectRevisions } from './garbage-collection.js';
import { reconcileHpa } from './hpa.js';
import { classes, gatewayNamespace, keys, systemNamespace } from './keys.js';
import { kpaController } from './kpa-controller.js';
import { isForKourier, kourierReconciler } from './kourier.js';
import { reconcileLabels } from './labeler.js';
import { metricReconciler } from './metric.js';
import { revisionReconciler } from './revision.js';
import { routeReconciler } from './route.js';
import { classOf } from './scale-spec.js';
import { serverlessReconciler } from './serverless-service.js';
import { serviceReconciler } from './service.js';
import {
  cachedImages,
  configurations,
  knativeIngresses,
  knativeServices,
  metrics,
  podAutoscalers,
  revisions,
  routes,
  serverlessServices,
  type KnativeObject,
  type KnativeStatus,
  type PodAutoscalerObject,
  type PodAutoscalerStatus,
} from './types.js';

/** What a controller of one kind is made of. */
interface Parts<T extends KnativeObject> {
  readonly name: string;
  readonly kind: Kind<T>;
  /** Which of the kind it is about. Default all. */
  readonly isOurs?: (object: T) => boolean;
  /** What it watches besides. */
  watches(context: ControllerContext): readonly Watch[];
  run(object: T, context: ControllerContext): Reconciliation;
}

function controllerFor<T extends KnativeObject>(
  identity: Identity,
  { name, kind, isOurs, watches, run }: Parts<T>,
): ControllerDefinition {
  return {
    name,
    eventSource: name,
    identity,
    create: context => ({
      retry: defaultRetryPolicy,
      watches: [
        watch(kind, { on: ({ object }) => context.queue.add(keyOf(object)) }),
        ...watches(context),
      ],
      reconcile: key => reconcileKey(key, { kind, isOurs, run }, context),
    }),
  };
}

function* reconcileKey<T extends KnativeObject>(
  key: string,
  { kind, isOurs, run }: Pick<Parts<T>, 'kind' | 'isOurs' | 'run'>,
  context: ControllerContext,
): Reconciliation {
  const { namespace, name } = splitKey(key);
  const object = context.view.get(kind, namespace, name);
  if (object === undefined || isOurs?.(object) === false) return undefined;
  return yield* run(object, context);
}

/** Runs a reconciler on what is not being deleted. */
function runs<S extends KnativeStatus, T extends KnativeObject<S>>(
  reconciler: Reconciler<S, T>,
): (object: T, context: ControllerContext) => Reconciliation {
  return (object, context) => reconcileLiving(reconciler, object, context);
}

function* reconcileLiving<S extends KnativeStatus, T extends KnativeObject<S>>(
  reconciler: Reconciler<S, T>,
  object: T,
  context: ControllerContext,
): Reconciliation {
  if (isDeleting(object)) return undefined;
  return yield* reconciled(reconciler, object, context.view, context);
}

/** Looks at all of a kind in a namespace again: at what a change there may mean to them. */
function lookAtAll(
  { queue, view }: ControllerContext,
  kind: Kind<HasMetadata>,
): (change: { readonly object: HasMetadata }) => void {
  return ({ object }) => {
    for (const one of view.list(kind, object.metadata.namespace ?? '')) queue.add(keyOf(one));
  };
}

/** Looks at all of a kind again when Knative's own ConfigMaps change. */
function settingsWatch({ queue, view }: ControllerContext, kind: Kind<HasMetadata>): Watch {
  return watch(configMaps, {
    namespace: systemNamespace,
    on: () => {
      for (const one of view.list(kind)) queue.add(keyOf(one));
    },
  });
}

const hpaReconciler: Reconciler<PodAutoscalerStatus, PodAutoscalerObject> = {
  kind: podAutoscalers,
  dependents: ['Active', 'ScaleTargetInitialized', 'SKSReady'],
  body: reconcileHpa,
};

function servingControllers(identity: Identity): readonly ControllerDefinition[] {
  return [
    controllerFor(identity, {
      name: 'service-controller',
      kind: knativeServices,
      run: runs(serviceReconciler),
      watches: ({ queue }) => [
        watch(configurations, { on: addOwner(queue, knativeServices) }),
        watch(routes, { on: addOwner(queue, knativeServices) }),
        watch(revisions),
      ],
    }),
    controllerFor(identity, {
      name: 'configuration-controller',
      kind: configurations,
      run: runs(configurationReconciler),
      watches: ({ queue }) => [watch(revisions, { on: addOwner(queue, configurations) })],
    }),
    controllerFor(identity, {
      name: 'revision-controller',
      kind: revisions,
      run: runs(revisionReconciler),
      watches: context => [
        watch(deployments, { on: addOwner(context.queue, revisions) }),
        watch(podAutoscalers, { on: addOwner(context.queue, revisions) }),
        watch(cachedImages),
        // Upstream lists the pods of a revision that is in trouble; here they are in the cache.
        watch(pods, { labelSelector: keys.revision }),
        settingsWatch(context, revisions),
      ],
    }),
    controllerFor(identity, {
      name: 'gc-controller',
      kind: configurations,
      run: (object, { view, clock }) => collectRevisions(object, view, clock.now()),
      watches: context => [
        watch(revisions, { on: addOwner(context.queue, configurations) }),
        settingsWatch(context, configurations),
      ],
    }),
  ];
}

function routeControllers(identity: Identity): readonly ControllerDefinition[] {
  return [
    controllerFor(identity, {
      name: 'route-controller',
      kind: routes,
      run: runs(routeReconciler),
      watches: context => [
        watch(services, { on: addOwner(context.queue, routes) }),
        watch(knativeIngresses, { on: addOwner(context.queue, routes) }),
        watch(configurations, { on: lookAtAll(context, routes) }),
        watch(revisions, { on: lookAtAll(context, routes) }),
        settingsWatch(context, routes),
      ],
    }),
    controllerFor(identity, {
      name: 'labeler-controller',
      kind: routes,
      run: (object, context) => reconcileLabels(object, context.view, context),
      watches: context => [
        watch(configurations, { on: lookAtAll(context, routes) }),
        watch(revisions, { on: lookAtAll(context, routes) }),
      ],
    }),
    controllerFor(identity, {
      name: 'kourier-controller',
      kind: knativeIngresses,
      isOurs: isForKourier,
      run: runs(kourierReconciler),
      watches: ({ queue, view }) => [
        watch(endpoints, {
          namespace: gatewayNamespace,
          on: () => {
            for (const one of view.list(knativeIngresses)) queue.add(keyOf(one));
          },
        }),
      ],
    }),
  ];
}

/** The public Service of a revision changes with its pods, and with the activators. */
function endpointsWatch({ queue, view }: ControllerContext): Watch {
  return watch(endpoints, {
    on: ({ object: { metadata } }) => {
      const { namespace = '', labels } = metadata;
      const sks = labels?.[keys.serverlessService];
      if (sks !== undefined) queue.add(`${namespace}/${sks}`);
      if (namespace !== systemNamespace || metadata.name !== 'activator-service') return;
      for (const one of view.list(serverlessServices)) queue.add(keyOf(one));
    },
  });
}

function scalingControllers(identity: Identity): readonly ControllerDefinition[] {
  return [
    controllerFor(identity, {
      name: 'serverlessservice-controller',
      kind: serverlessServices,
      run: runs(serverlessReconciler),
      watches: context => [
        watch(services, { on: addOwner(context.queue, serverlessServices) }),
        watch(deployments),
        endpointsWatch(context),
      ],
    }),
    kpaController(identity),
    controllerFor(identity, {
      name: 'hpa-class-podautoscaler-controller',
      kind: podAutoscalers,
      isOurs: autoscaler => classOf(autoscaler) === classes.hpa,
      run: runs(hpaReconciler),
      watches: context => [
        watch(serverlessServices, { on: addOwner(context.queue, podAutoscalers) }),
        watch(horizontalPodAutoscalers, { on: addOwner(context.queue, podAutoscalers) }),
        settingsWatch(context, podAutoscalers),
      ],
    }),
    controllerFor(identity, {
      name: 'metric-controller',
      kind: metrics,
      run: runs(metricReconciler),
      watches: () => [],
    }),
  ];
}

/** All of them. */
export function knativeControllers(identity: Identity): readonly ControllerDefinition[] {
  return [
    ...servingControllers(identity),
    ...routeControllers(identity),
    ...scalingControllers(identity),
  ];
}
