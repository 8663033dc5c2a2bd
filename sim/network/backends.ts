/**
 * Where a connection to a service goes: the rules that kube-proxy writes.
 * @upstream pkg/proxy/topology.go CategorizeEndpoints, cmd/kube-proxy/app/server.go Run
 */
import type { Node, Service, ServicePort } from '../api/kinds/core.js';
import type { Endpoint } from '../api/kinds/discovery.js';
import type { ServiceBook, ServiceEndpoint } from './service-book.js';

/** An address and port at which a program may listen. */
export interface Backend {
  readonly ip: string;
  readonly port: number;
}

const zoneLabel = 'topology.kubernetes.io/zone';

/** The backends of a service's port for a connection that starts at the node; none: it is refused. */
export function backendsOf(
  book: ServiceBook,
  service: Service,
  servicePort: ServicePort,
  from: { readonly node: Node | undefined; readonly isExternal: boolean },
): readonly Backend[] {
  const { internalTrafficPolicy, externalTrafficPolicy } = service.spec ?? {};
  const policy = from.isExternal ? externalTrafficPolicy : internalTrafficPolicy;
  const nodeName = from.node?.metadata.name;
  // Of headless services only the proxies of meshes ask: they see all endpoints.
  const isHeadlessService = service.spec?.clusterIP === 'None';
  const offered = book.endpointsOf(service).filter(({ endpoint, ports, isHeadless }) => {
    if (isHeadless && !isHeadlessService) return false;
    if (!ports.has(servicePort.name ?? '')) return false;
    return policy !== 'Local' || endpoint.nodeName === nodeName;
  });
  const ready = offered.filter(({ endpoint }) => endpoint.conditions?.ready !== false);
  const usable = ready.length > 0 ? ready : offered.filter(isServingToTheEnd);
  const hinted = policy === 'Local' ? usable : withinHints(usable, from.node);
  return hinted.flatMap(({ endpoint, ports }) => {
    const port = ports.get(servicePort.name ?? '') ?? 0;
    return endpoint.addresses.map(ip => ({ ip, port }));
  });
}

/** Where no endpoint is ready, those that terminate and still serve are used. */
function isServingToTheEnd({ endpoint }: ServiceEndpoint): boolean {
  const { serving, terminating } = endpoint.conditions ?? {};
  return serving === true && terminating === true;
}

/** Hints count only if all endpoints have them and one is for this place. */
function withinHints(
  endpoints: readonly ServiceEndpoint[],
  node: Node | undefined,
): readonly ServiceEndpoint[] {
  const nodeName = node?.metadata.name;
  const zone = node?.metadata.labels?.[zoneLabel];
  const near = (
    isNear: (endpoint: Endpoint) => boolean,
    hasHint: (endpoint: Endpoint) => boolean,
  ) =>
    endpoints.every(({ endpoint }) => hasHint(endpoint))
      ? endpoints.filter(({ endpoint }) => isNear(endpoint))
      : [];
  const sameNode = near(
    ({ hints }) => (hints?.forNodes ?? []).some(({ name }) => name === nodeName),
    ({ hints }) => (hints?.forNodes ?? []).length > 0,
  );
  if (sameNode.length > 0) return sameNode;
  const sameZone = near(
    ({ hints }) => (hints?.forZones ?? []).some(({ name }) => name === zone),
    ({ hints }) => (hints?.forZones ?? []).length > 0,
  );
  return sameZone.length > 0 ? sameZone : endpoints;
}
