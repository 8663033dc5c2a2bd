/**
 * What the proxy of a gateway listens for, and which route takes a request that has come to it.
 * @upstream pilot/pkg/model/gateway.go (mergeGateways), pilot/pkg/networking/core/gateway.go (1.30)
 */
import { byAge, namespaceOf, selects } from './attachment.js';
import { closeness, covers, fullHost } from './hosts.js';
import { gatewayName, isForClient, isMatched, type RoutedRequest } from './http-match.js';
import type { Gateway, GatewayServer, HttpMatch, HttpRoute, VirtualService } from './kinds.js';
import type { Workload } from './request.js';
import { visibleTo, type TakenRoute } from './virtual-service.js';

/** A server of a Gateway, which has the name `namespace/name`. */
export interface BoundServer {
  readonly gateway: string;
  readonly server: GatewayServer;
}

/** What is listened for at a port of the pod. */
export interface GatewayListener {
  /** Whether TLS ends here. */
  readonly isTls: boolean;
  readonly servers: readonly BoundServer[];
}

/** What the rules need to know of the cluster. */
export interface GatewayPlace {
  readonly workload: Workload;
  /** The pod's port behind a port of its Services; itself, where none has it. */
  readonly portOf: (servicePort: number) => number;
  /** Whether there is such a Secret with a certificate in the pod's namespace. */
  readonly hasCertificate: (credentialName: string) => boolean;
}

const plainProtocols = ['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB', 'HTTP_PROXY'];

/** The listeners by the ports of the pod; those of TCP and of TLS that goes on are left out. */
export function listenersOf(
  gateways: readonly Gateway[],
  place: GatewayPlace,
): ReadonlyMap<number, GatewayListener> {
  const listeners = new Map<number, GatewayListener>();
  for (const { gateway, server } of serversFor(gateways, place.workload)) {
    const port = place.portOf(server.port?.number ?? 0);
    const isTls = sortOf(server) === 'https';
    const before = listeners.get(port);
    // One port speaks one thing: who came first says which.
    if (before !== undefined && before.isTls !== isTls) continue;
    const taken = before?.servers ?? [];
    if (isTls && (!isCertified(server, place) || isTakenHost(taken, server))) continue;
    listeners.set(port, { isTls, servers: [...taken, { gateway, server }] });
  }
  return listeners;
}

/** The servers of all Gateways that select the pod, of HTTP. */
function serversFor(gateways: readonly Gateway[], workload: Workload): readonly BoundServer[] {
  return gateways
    .toSorted(byAge)
    .filter(({ spec }) => selects({ matchLabels: spec?.selector ?? {} }, workload))
    .flatMap(({ metadata, spec }) => {
      const gateway = `${namespaceOf(metadata)}/${metadata.name ?? ''}`;
      const servers = (spec?.servers ?? []).filter(one => sortOf(one) !== 'other');
      return servers.map(server => ({ gateway, server }));
    });
}

function sortOf({ port, tls }: GatewayServer): 'http' | 'https' | 'other' {
  const protocol = (port?.protocol ?? '').toUpperCase();
  if (plainProtocols.includes(protocol)) return 'http';
  const goesOn = ['PASSTHROUGH', 'AUTO_PASSTHROUGH'].includes(tls?.mode ?? 'PASSTHROUGH');
  return protocol === 'HTTPS' && !goesOn ? 'https' : 'other';
}

/** Envoy waits for a Secret that is not there, and does not listen meanwhile. */
function isCertified({ tls }: GatewayServer, { hasCertificate }: GatewayPlace): boolean {
  const { credentialName = '' } = tls ?? {};
  return credentialName === '' || hasCertificate(credentialName);
}

/** The name that a client asks for in TLS leads to one server only. */
function isTakenHost(taken: readonly BoundServer[], { hosts = [] }: GatewayServer): boolean {
  return taken.some(({ server }) => (server.hosts ?? []).some(one => hosts.includes(one)));
}

/** What the gateway does with a request. */
export type GatewayTurn =
  | { readonly kind: 'route'; readonly taken: TakenRoute; readonly request: RoutedRequest }
  | { readonly kind: 'not found' }
  | { readonly kind: 'redirect to https' }
  /** Of TLS: no server has the name that the client asks for. */
  | { readonly kind: 'reset' };

/** A request as it has come: the port is not known of it. */
export type EnteringRequest = Omit<RoutedRequest, 'port' | 'gateway' | 'scheme'>;

/** Finds its route. */
export function gatewayTurn(
  { servers, isTls }: GatewayListener,
  virtualServices: readonly VirtualService[],
  asked: EnteringRequest,
): GatewayTurn {
  const host = (asked.authority.split(':')[0] ?? '').toLowerCase();
  const scheme = isTls ? 'https' : 'http';
  const own = isTls ? serverNamed(servers, host) : servers;
  if (own.length === 0) return { kind: 'reset' };
  const found = closest(virtualHosts(own, virtualServices, { ...asked, scheme }), host);
  if (found === undefined) return { kind: 'not found' };
  if (found.isForTls && !isTls) return { kind: 'redirect to https' };
  for (const { by, route, match, ...at } of inOrder(found.routes)) {
    const request = { ...asked, ...at, scheme } as const;
    if (match === undefined || isMatched(match, request)) {
      return { kind: 'route', taken: { by, route, match }, request };
    }
  }
  return { kind: 'not found' };
}

/** A route of a VirtualService by one of its matches, as a Gateway's server has it. */
interface BoundRoute {
  readonly by: VirtualService;
  readonly route: HttpRoute;
  readonly match: HttpMatch | undefined;
  readonly gateway: string;
  readonly port: number;
}

interface VirtualHost {
  readonly host: string;
  readonly routes: BoundRoute[];
  isForTls: boolean;
}

/** What is routed for each host: VirtualServices of one host are joined, the oldest first. */
function virtualHosts(
  servers: readonly BoundServer[],
  virtualServices: readonly VirtualService[],
  asked: Pick<RoutedRequest, 'client' | 'scheme'>,
): readonly VirtualHost[] {
  const all = new Map<string, VirtualHost>();
  const hostOf = (name: string): VirtualHost => {
    const host = name.toLowerCase();
    const known = all.get(host) ?? { host, routes: [], isForTls: false };
    all.set(host, known);
    return known;
  };
  const visible = visibleTo(virtualServices, asked.client.namespace);
  for (const bound of servers) {
    const { gateway, server } = bound;
    const port = server.port?.number ?? 0;
    const isForTls = server.tls?.httpsRedirect === true;
    for (const by of visible.filter(one => isBound(one, gateway))) {
      const routes = routesOf(by, { client: asked.client, gateway, port });
      if (routes.length === 0) continue;
      for (const name of sharedHosts(bound, by)) {
        const host = hostOf(name);
        host.routes.push(...routes);
        host.isForTls ||= isForTls;
      }
    }
    if (isForTls)
      for (const name of server.hosts ?? []) hostOf(name.replace('*/', '')).isForTls = true;
  }
  return [...all.values()];
}

function isBound({ metadata, spec }: VirtualService, gateway: string): boolean {
  const namespace = namespaceOf(metadata);
  return (spec?.gateways ?? []).some(one => gatewayName(one, namespace) === gateway);
}

/** The routes of a VirtualService that a gateway has: behind one for all requests there is none. */
function routesOf(
  by: VirtualService,
  at: Pick<RoutedRequest, 'client' | 'port'> & { readonly gateway: string },
): readonly BoundRoute[] {
  const { port, gateway } = at;
  const routes: BoundRoute[] = [];
  for (const route of by.spec?.http ?? []) {
    const { match: matches = [] } = route;
    if (matches.length === 0) return [...routes, { by, route, match: undefined, gateway, port }];
    for (const match of matches) {
      if (!isForClient(match, at, namespaceOf(by.metadata))) continue;
      routes.push({ by, route, match, gateway, port });
      if (isForAll(match)) return routes;
    }
  }
  return routes;
}

const aboutRequests = ['method', 'authority', 'scheme'] as const;

/** @upstream pilot/pkg/networking/core/route/route.go IsCatchAllRoute */
function isForAll(match: HttpMatch | undefined): boolean {
  if (match === undefined) return true;
  const { uri, headers = {}, withoutHeaders = {}, queryParams = {} } = match;
  const isAnyPath = uri === undefined || uri.prefix === '/' || uri.regex === '.*';
  const others = [headers, withoutHeaders, queryParams].flatMap(one => Object.keys(one));
  return isAnyPath && others.length === 0 && aboutRequests.every(one => match[one] === undefined);
}

/** What is for all requests stands behind what is for some, of whichever VirtualService it is. */
function inOrder(routes: readonly BoundRoute[]): readonly BoundRoute[] {
  return [
    ...routes.filter(({ match }) => !isForAll(match)),
    ...routes.filter(({ match }) => isForAll(match)),
  ];
}

/** The hosts that both have: of a wildcard and what it covers, what it covers. */
function sharedHosts(
  { gateway, server }: BoundServer,
  { metadata, spec }: VirtualService,
): readonly string[] {
  const namespace = namespaceOf(metadata);
  const own = (spec?.hosts ?? []).map(one => fullHost(one, namespace));
  const offered = (server.hosts ?? []).flatMap(one => {
    const [before = '', name] = one.split('/');
    if (name === undefined) return [before];
    const wanted = before === '.' ? gateway.split('/')[0] : before;
    return wanted === '*' || wanted === namespace ? [name] : [];
  });
  const both = offered.flatMap(one =>
    own.flatMap(other => (covers(other, one) ? [one] : covers(one, other) ? [other] : [])),
  );
  return [...new Set(both)];
}

/** Of hosts that cover the name, the name itself or the longest wildcard. */
function closest(hosts: readonly VirtualHost[], name: string): VirtualHost | undefined {
  const [found] = hosts
    .filter(({ host }) => covers(host, name))
    .toSorted((a, b) => (a.host === b.host ? 0 : closeness(a.host) < closeness(b.host) ? 1 : -1));
  return found;
}

/** The server of the name that the client asks for in TLS. */
function serverNamed(servers: readonly BoundServer[], name: string): readonly BoundServer[] {
  const all = servers.flatMap(one =>
    (one.server.hosts ?? []).map(host => ({ one, host: host.split('/').at(-1) ?? '' })),
  );
  const [found] = all
    .filter(({ host }) => covers(host, name))
    .toSorted((a, b) => (closeness(a.host) < closeness(b.host) ? 1 : -1));
  return found === undefined ? [] : [found.one];
}
