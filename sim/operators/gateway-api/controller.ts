/** Says of classes, gateways and routes whether they are in order, as the controller of a proxy does. */
import { deepEqual } from '../../api/equality.js';
import { namespaces, services } from '../../api/kinds/core.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type {
  ControllerContext,
  ControllerDefinition,
  Identity,
  Reconciliation,
  View,
} from '../../client/contract.js';
import { call, keyOf, splitKey, update, watch } from '../../client/requests.js';
import { conditionsOf } from './conditions.js';
import { acceptance, isAttachedTo, isOurs, resolution } from './routes.js';
import {
  controllerName,
  gatewayClasses,
  gatewayGroup,
  gateways,
  httpRoutes,
  referenceGrants,
  type Gateway,
  type GatewayClass,
  type HttpRoute,
} from './types.js';

/** The three controllers; each has a queue of its own. */
export function gatewayControllers(identity: Identity): readonly ControllerDefinition[] {
  return [
    {
      name: 'gatewayclass-controller',
      identity,
      create: context => ({
        watches: [watch(gatewayClasses, { on: ({ object }) => context.queue.add(keyOf(object)) })],
        reconcile: (key, view) => reconcileClass(view.get(gatewayClasses, '', key), context),
      }),
    },
    {
      name: 'gateway-controller',
      identity,
      create: context => ({
        watches: [
          watch(gateways, { on: ({ object }) => context.queue.add(keyOf(object)) }),
          watch(gatewayClasses, { on: () => all(context, gateways) }),
          watch(httpRoutes, { on: () => all(context, gateways) }),
          watch(namespaces),
        ],
        reconcile: (key, view) => {
          const { namespace, name } = splitKey(key);
          return reconcileGateway(view.get(gateways, namespace, name), view, context);
        },
      }),
    },
    {
      name: 'httproute-controller',
      identity,
      create: context => ({
        watches: [
          watch(httpRoutes, { on: ({ object }) => context.queue.add(keyOf(object)) }),
          watch(gateways, { on: () => all(context, httpRoutes) }),
          watch(gatewayClasses, { on: () => all(context, httpRoutes) }),
          watch(services, {
            on: ({ object, old }) => {
              if (old === undefined || !deepEqual(object.spec, old.spec)) all(context, httpRoutes);
            },
          }),
          watch(referenceGrants, { on: () => all(context, httpRoutes) }),
          watch(namespaces),
        ],
        reconcile: (key, view) => {
          const { namespace, name } = splitKey(key);
          return reconcileRoute(view.get(httpRoutes, namespace, name), view, context);
        },
      }),
    },
  ];
}

function all<T extends HasMetadata>({ view, queue }: ControllerContext, kind: Kind<T>): void {
  for (const object of view.list(kind)) queue.add(keyOf(object));
}

function* reconcileClass(
  one: GatewayClass | undefined,
  { clock }: ControllerContext,
): Reconciliation {
  if (one?.spec.controllerName !== controllerName) return undefined;
  const { generation } = one.metadata;
  const conditions = conditionsOf(
    one.status?.conditions,
    [{ type: 'Accepted', isTrue: true, reason: 'Accepted', message: 'Valid GatewayClass' }],
    { generation, nowMs: clock.now() },
  );
  return yield* write(gatewayClasses, one, { conditions });
}

function* reconcileGateway(
  gateway: Gateway | undefined,
  view: View,
  { clock }: ControllerContext,
): Reconciliation {
  if (gateway === undefined || !isOurs(gateway, view)) return undefined;
  const at = { generation: gateway.metadata.generation, nowMs: clock.now() };
  const routes = view.list(httpRoutes);
  const before = gateway.status;
  const listeners = gateway.spec.listeners.map(listener => {
    const isHttp = listener.protocol === 'HTTP' || listener.protocol === 'HTTPS';
    const known = before?.listeners?.find(({ name }) => name === listener.name);
    const attachedRoutes = routes.filter(route => isAttachedTo(route, gateway, listener, view));
    const programmed = isHttp ? 'Programmed' : 'Invalid';
    return {
      name: listener.name,
      attachedRoutes: isHttp ? attachedRoutes.length : 0,
      supportedKinds: isHttp ? [{ group: gatewayGroup, kind: 'HTTPRoute' }] : [],
      conditions: conditionsOf(
        known?.conditions,
        [
          {
            type: 'Accepted',
            isTrue: isHttp,
            reason: isHttp ? 'Accepted' : 'UnsupportedProtocol',
            message: isHttp
              ? 'Listener has been successfully translated'
              : `Protocol ${listener.protocol} is not modelled`,
          },
          {
            type: 'Programmed',
            isTrue: isHttp,
            reason: programmed,
            message: isHttp ? 'Sending translated listener configuration to the data plane' : '',
          },
          { type: 'ResolvedRefs', isTrue: true, reason: 'ResolvedRefs', message: '' },
        ],
        at,
      ),
    };
  });
  const isValid = listeners.every(({ supportedKinds }) => supportedKinds.length > 0);
  const conditions = conditionsOf(
    before?.conditions,
    [
      {
        type: 'Accepted',
        isTrue: true,
        reason: isValid ? 'Accepted' : 'ListenersNotValid',
        message: 'The Gateway has been scheduled',
      },
      {
        type: 'Programmed',
        isTrue: isValid,
        reason: isValid ? 'Programmed' : 'Invalid',
        message: isValid ? 'Routes are told to the proxies' : 'A listener is not valid',
      },
    ],
    at,
  );
  const { addresses } = gateway.spec;
  const status = { ...(addresses !== undefined && { addresses }), conditions, listeners };
  return yield* write(gateways, gateway, status);
}

function* reconcileRoute(
  route: HttpRoute | undefined,
  view: View,
  { clock }: ControllerContext,
): Reconciliation {
  if (route === undefined) return undefined;
  const at = { generation: route.metadata.generation, nowMs: clock.now() };
  const known = route.status?.parents ?? [];
  const own = (route.spec.parentRefs ?? []).flatMap(parentRef => {
    const accepted = acceptance(route, parentRef, view);
    if (accepted === undefined) return [];
    const before = known.find(
      one => one.controllerName === controllerName && deepEqual(one.parentRef, parentRef),
    );
    const conditions = conditionsOf(before?.conditions, [accepted, resolution(route, view)], at);
    return [{ parentRef, controllerName, conditions }];
  });
  const others = known.filter(one => one.controllerName !== controllerName);
  const parents = [...others, ...own];
  // A route that nobody takes has no status at all.
  if (parents.length === 0 && route.status === undefined) return undefined;
  return yield* write(httpRoutes, route, { parents });
}

/** Writes a status when it says something else than before. */
function* write<T extends HasMetadata & { readonly status?: object }>(
  kind: Kind<T>,
  object: T,
  status: NonNullable<T['status']>,
): Reconciliation {
  if (deepEqual(object.status, status)) return undefined;
  const answer = yield* call(update(kind, { ...object, status }, 'status'));
  if (answer.isOk || answer.status === 404) return undefined;
  return { retry: answer.message };
}
