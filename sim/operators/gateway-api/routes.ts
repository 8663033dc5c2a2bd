/** What is to be said of a route: whether its parents take it, and whether its backends are there. */
import { services, namespaces } from '../../api/kinds/core.js';
import type { View } from '../../client/contract.js';
import type { Said } from './conditions.js';
import {
  controllerName,
  gatewayClasses,
  gatewayGroup,
  gateways,
  referenceGrants,
  type BackendRef,
  type Gateway,
  type HttpRoute,
  type Listener,
  type ParentReference,
} from './types.js';

/** Whether a gateway is this controller's. */
export function isOurs(gateway: Gateway, view: View): boolean {
  const { gatewayClassName } = gateway.spec;
  return view.get(gatewayClasses, '', gatewayClassName)?.spec.controllerName === controllerName;
}

/** Whether the parent takes the route; undefined: the parent is another controller's. */
export function acceptance(
  route: HttpRoute,
  parent: ParentReference,
  view: View,
): Said | undefined {
  const { group = gatewayGroup, kind = 'Gateway', name } = parent;
  const namespace = parent.namespace ?? route.metadata.namespace ?? '';
  // A Service as parent is how meshes take routes; here it is what stands before the gateway's pods.
  if (group === '' && kind === 'Service') {
    if (view.get(services, namespace, name) === undefined) {
      return refused('NoMatchingParent', `Service ${namespace}/${name} is not there`);
    }
    return accepted;
  }
  if (group !== gatewayGroup || kind !== 'Gateway') return undefined;
  const gateway = view.get(gateways, namespace, name);
  if (gateway === undefined || !isOurs(gateway, view)) return undefined;
  const named = gateway.spec.listeners.filter(
    listener =>
      (parent.sectionName === undefined || listener.name === parent.sectionName) &&
      (parent.port === undefined || listener.port === parent.port),
  );
  if (named.length === 0) return refused('NoMatchingParent', 'No listener matches this parent ref');
  const allowed = named.filter(listener => isAllowed(route, listener, namespace, view));
  if (allowed.length === 0) {
    return refused('NotAllowedByListeners', 'No listener allows routes of this namespace');
  }
  if (!allowed.some(({ hostname }) => meets(route.spec.hostnames ?? [], hostname))) {
    return refused('NoMatchingListenerHostname', 'No listener has a hostname of this route');
  }
  return accepted;
}

/** Whether a listener carries the route. */
export function isAttachedTo(route: HttpRoute, gateway: Gateway, listener: Listener, view: View) {
  const { name, namespace = '' } = gateway.metadata;
  return (route.spec.parentRefs ?? []).some(
    ({ group = gatewayGroup, kind = 'Gateway', ...parent }) =>
      group === gatewayGroup &&
      kind === 'Gateway' &&
      parent.name === name &&
      (parent.namespace ?? route.metadata.namespace) === namespace &&
      (parent.sectionName === undefined || parent.sectionName === listener.name) &&
      (parent.port === undefined || parent.port === listener.port) &&
      isAllowed(route, listener, namespace, view) &&
      meets(route.spec.hostnames ?? [], listener.hostname),
  );
}

/** Whether all backends are there and may be referred to. */
export function resolution(route: HttpRoute, view: View): Said {
  for (const { backendRefs = [] } of route.spec.rules ?? []) {
    for (const backend of backendRefs) {
      const problem = problemOf(route, backend, view);
      if (problem !== undefined) return { type: 'ResolvedRefs', isTrue: false, ...problem };
    }
  }
  return {
    type: 'ResolvedRefs',
    isTrue: true,
    reason: 'ResolvedRefs',
    message: 'Resolved all the Object references for the Route',
  };
}

const accepted: Said = {
  type: 'Accepted',
  isTrue: true,
  reason: 'Accepted',
  message: 'Route is accepted',
};

function refused(reason: string, message: string): Said {
  return { type: 'Accepted', isTrue: false, reason, message };
}

function problemOf(
  route: HttpRoute,
  { group = '', kind = 'Service', namespace, name, port }: BackendRef,
  view: View,
): { readonly reason: string; readonly message: string } | undefined {
  if (group !== '' || kind !== 'Service') {
    return { reason: 'InvalidKind', message: `Kind ${kind} of group "${group}" is no backend` };
  }
  const from = route.metadata.namespace ?? '';
  const at = namespace ?? from;
  if (at !== from && !isGranted(from, { namespace: at, name }, view)) {
    const message = `Backend ref to Service ${at}/${name} not permitted by any ReferenceGrant.`;
    return { reason: 'RefNotPermitted', message };
  }
  const service = view.get(services, at, name);
  if (service === undefined) {
    return { reason: 'BackendNotFound', message: `Service ${at}/${name} not found` };
  }
  const hasPort = service.spec?.ports?.some(one => one.port === port) === true;
  if (hasPort) return undefined;
  const message = `TCP Port ${port ?? ''} not found on Service ${at}/${name}`;
  return { reason: 'BackendNotFound', message };
}

function isGranted(
  from: string,
  to: { readonly namespace: string; readonly name: string },
  view: View,
): boolean {
  return view
    .list(referenceGrants, to.namespace)
    .some(
      ({ spec }) =>
        spec.from.some(
          one => one.group === gatewayGroup && one.kind === 'HTTPRoute' && one.namespace === from,
        ) &&
        spec.to.some(
          one => one.group === '' && one.kind === 'Service' && (one.name ?? to.name) === to.name,
        ),
    );
}

function isAllowed(
  route: HttpRoute,
  { allowedRoutes }: Listener,
  gatewayNamespace: string,
  view: View,
): boolean {
  const { from = 'Same', selector } = allowedRoutes?.namespaces ?? {};
  const namespace = route.metadata.namespace ?? '';
  if (from === 'All') return true;
  if (from === 'Same') return namespace === gatewayNamespace;
  if (from !== 'Selector') return false;
  const labels = view.get(namespaces, '', namespace)?.metadata.labels ?? {};
  return Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}

/** Whether a route's hostnames and a listener's have one in common. */
function meets(hostnames: readonly string[], listener: string | undefined): boolean {
  if (listener === undefined || hostnames.length === 0) return true;
  return hostnames.some(own => own === listener || covers(listener, own) || covers(own, listener));
}

function covers(pattern: string, hostname: string): boolean {
  return pattern.startsWith('*.') && hostname.endsWith(pattern.slice(1));
}
