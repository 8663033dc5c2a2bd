/**
 * What a client's sidecar does with a request for a service: the first route of its VirtualService that
 * matches, and one of the route's destinations by weight.
 * @upstream pilot/pkg/networking/core/route/route.go, pilot/pkg/model/virtualservice.go (1.30)
 */
import { byAge, namespaceOf } from './attachment.js';
import { closeness, covers, fullHost, serviceHost } from './hosts.js';
import { isForClient, isMatched, meshGateway, type RoutedRequest } from './http-match.js';
import type { HttpMatch, HttpRoute, VirtualService, WeightedDestination } from './kinds.js';

/** The route that a request takes, and the match by which it does. */
export interface TakenRoute {
  /** The VirtualService, in whose namespace short names of hosts are looked up. */
  readonly by: VirtualService;
  readonly route: HttpRoute;
  readonly match: HttpMatch | undefined;
}

/** A VirtualService that counts and has no route for the request. */
export interface NoRouteTaken {
  readonly by: VirtualService;
  readonly route: undefined;
}

/** Who asks, and for which port of the service. */
export type Asking = Pick<RoutedRequest, 'client' | 'port' | 'gateway'>;

/** A service, by its name. */
interface ServiceName {
  readonly name: string;
  readonly namespace: string;
}

/** The route; without one, a VirtualService counts and no route of it matches. Undefined: none counts. */
export function takenRoute(
  all: readonly VirtualService[],
  service: ServiceName,
  request: RoutedRequest,
): TakenRoute | NoRouteTaken | undefined {
  const by = countingFor(all, service, request);
  return by && (routeOf(by, request) ?? { by, route: undefined });
}

/** The route that every request takes, whatever it asks for; `depends`: they take several, or some none. */
export function certainRoute(
  all: readonly VirtualService[],
  service: ServiceName,
  asking: Asking,
): TakenRoute | 'depends' | undefined {
  const by = countingFor(all, service, asking);
  if (by === undefined) return undefined;
  const first = (by.spec?.http ?? []).find(route => isRouteFor(route, asking));
  const match = first?.match?.find(one => isForClient(one, asking) && !asksForMore(one));
  const isCertain = first?.match === undefined || first.match.length === 0 || match !== undefined;
  return first !== undefined && isCertain ? { by, route: first, match } : 'depends';
}

/** What of a match says whose requests it is about, or nothing at all. */
const aboutClients: ReadonlySet<string> = new Set(
  'name port gateways sourceLabels sourceNamespace ignoreUriCase'.split(' '),
);

/** Whether it is about some requests of a client only. */
function asksForMore(match: HttpMatch): boolean {
  return Object.keys(match).some(field => !aboutClients.has(field));
}

function countingFor(
  all: readonly VirtualService[],
  service: ServiceName,
  asking: Asking,
): VirtualService | undefined {
  const host = serviceHost(service);
  return visibleTo(all.filter(isForSidecars), asking.client.namespace)
    .map(one => ({ one, close: hostCloseness(one, host) }))
    .filter(({ one, close }) => close > 0 && hasRoutes(one, asking))
    .toSorted((a, b) => order(b.close, a.close))[0]?.one;
}

/** Infinity is its own equal here. */
function order(left: number, right: number): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Those of its own namespace that nobody else has, those that are for it, and those for all. */
export function visibleTo(
  all: readonly VirtualService[],
  namespace: string,
): readonly VirtualService[] {
  const old = all.toSorted(byAge);
  const isOwn = ({ metadata }: VirtualService) => namespaceOf(metadata) === namespace;
  const exports = ({ spec }: VirtualService) => spec?.exportTo ?? [];
  const isForAll = (one: VirtualService) => exports(one).length === 0 || exports(one).includes('*');
  return [
    ...old.filter(one => !isForAll(one) && exports(one).includes('.') && isOwn(one)),
    ...old.filter(one => !isForAll(one) && exports(one).includes(namespace)),
    ...old.filter(isForAll),
  ];
}

function isForSidecars({ spec }: VirtualService): boolean {
  const { gateways = [] } = spec ?? {};
  return gateways.length === 0 || gateways.includes(meshGateway);
}

/** How close the closest of its hosts is; 0: none means the service. */
function hostCloseness({ metadata, spec }: VirtualService, host: string): number {
  const hosts = (spec?.hosts ?? []).map(one => fullHost(one, namespaceOf(metadata)));
  return Math.max(0, ...hosts.filter(one => covers(one, host)).map(closeness));
}

/** Whether a client has any of its routes: without, the VirtualService counts for nothing. */
function hasRoutes({ spec }: VirtualService, asking: Asking): boolean {
  return (spec?.http ?? []).some(route => isRouteFor(route, asking));
}

function isRouteFor({ match = [] }: HttpRoute, asking: Asking): boolean {
  return match.length === 0 || match.some(one => isForClient(one, asking));
}

function routeOf(by: VirtualService, request: RoutedRequest): TakenRoute | undefined {
  for (const route of by.spec?.http ?? []) {
    const { match: matches = [] } = route;
    if (matches.length === 0) return { by, route, match: undefined };
    const match = matches.find(one => isForClient(one, request) && isMatched(one, request));
    if (match !== undefined) return { by, route, match };
  }
  return undefined;
}

/** A route's destinations with their weights: the only one has all, others need a weight of their own. */
export function destinationsOf({
  route = [],
}: HttpRoute): readonly Required<WeightedDestination>[] {
  const [only] = route;
  if (route.length === 1) return [{ destination: only?.destination ?? {}, weight: 1 }];
  return route.flatMap(({ destination = {}, weight = 0 }) =>
    weight > 0 ? [{ destination, weight }] : [],
  );
}

/** The path that the server sees: a rewritten one has another beginning, or is another but for its query. */
export function rewrittenPath(
  { route, match }: Pick<TakenRoute, 'route' | 'match'>,
  asked: string,
): string {
  const uri = route.rewrite?.uri ?? '';
  if (uri === '') return asked;
  const [path = ''] = asked.split('?');
  const { prefix, exact, regex } = match?.uri ?? { prefix: '/' };
  const matched = prefix ?? exact ?? (regex === undefined ? '' : path);
  return `${uri}${asked.slice(matched.length)}`;
}
