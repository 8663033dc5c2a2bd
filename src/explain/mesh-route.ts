/** Where the sidecar of a source sends a request for any page of a Service, by VirtualServices, and which of them decided. */
import type { Service } from '../../sim/api/kinds/core.js';
import { hasLabels, type Labels } from '../../sim/api/selectors.js';
import { anyPage } from '../../sim/network/mesh-gate.js';
import { namespaceOf } from '../../sim/network/mesh/attachment.js';
import { subsetLabels } from '../../sim/network/mesh/destination-rule.js';
import { faultsOf } from '../../sim/network/mesh/fault.js';
import { fullHost, serviceOfHost } from '../../sim/network/mesh/hosts.js';
import type {
  DestinationRule,
  MeshObject,
  VirtualService,
  WeightedDestination,
} from '../../sim/network/mesh/kinds.js';
import { defaultMesh, type Workload } from '../../sim/network/mesh/request.js';
import { hasSidecar, isExcluded } from '../../sim/network/mesh/sidecar.js';
import { isHttp, workloadOf } from '../../sim/network/mesh/traffic.js';
import {
  destinationsOf,
  rewrittenPath,
  takenRoute,
  type NoRouteTaken,
  type TakenRoute,
} from '../../sim/network/mesh/virtual-service.js';
import { UserError } from '../input/errors.js';
import { destinationOf, type Destination, type End } from './ends.js';
import type { Known } from './known.js';

/** A Service, and at which of its ports. */
export interface AskedService {
  readonly service: Service;
  readonly port: number;
}

/** What is said of a route. */
export interface RouteText {
  readonly isAllowed: boolean;
  readonly text: string;
}

/** Where a part of the requests goes, as its server sees them. */
export interface RoutedTo extends RouteText {
  readonly destination: Destination;
  readonly path: string;
  readonly authority: string;
}

/** How a source's requests go: to the pods of the Service, or where a VirtualService says. */
export interface MeshRouted {
  /** Undefined: to the pods of the Service itself. */
  readonly ways: readonly RoutedTo[] | undefined;
  /** What of it reaches nobody; or what is to be said of a VirtualService that does not count. */
  readonly notes: readonly RouteText[];
}

const direct: MeshRouted = { ways: undefined, notes: [] };

/** The way of what the source sends to the Service. */
export function meshRouted(
  known: Known,
  mesh: readonly MeshObject[],
  source: End,
  asked: AskedService,
): MeshRouted {
  const { pod, title } = source;
  const { service, port } = asked;
  const virtualServices = mesh.filter(isVirtualService);
  if (pod === undefined || virtualServices.length === 0) return direct;
  if (!isHttp({ service, servicePort: port, payload: anyPage })) return direct;
  const { name = '', namespace = known.namespace } = service.metadata;
  const client = workloadOf(pod, pod.status?.podIP ?? title);
  const authority = port === 80 ? name : `${name}:${port}`;
  const request = { client, port, authority, method: 'GET', path: '/', headers: {} };
  const taken = takenRoute(virtualServices, { name, namespace }, request);
  if (taken === undefined) return direct;
  if (!hasSidecar(pod)) return passedBy(taken, `${title} has no sidecar that knows it`);
  if (isExcluded(pod, 'outbound', port)) {
    return passedBy(taken, `what ${title} sends to port ${port} goes past its sidecar`);
  }
  if (taken.route === undefined) {
    const text = `${titleOf(taken)} has no route for GET /: the sidecar answers 404`;
    return { ways: [], notes: [{ isAllowed: false, text }] };
  }
  return takenWay(known, mesh, { taken, client, port, authority, path: '/', who: 'the sidecar' });
}

/** Where requests go that take a route. */
export function takenWay(known: Known, mesh: readonly MeshObject[], taking: Taking): MeshRouted {
  const own = answerOf(taking);
  if (own === undefined) return routed(known, mesh, taking);
  return { ways: [], notes: [{ ...own, text: `${headOf(taking)}${own.text}` }] };
}

function passedBy(taken: TakenRoute | NoRouteTaken, why: string): MeshRouted {
  const text = `${titleOf(taken)} does not count: ${why}`;
  return { ways: undefined, notes: [{ isAllowed: true, text }] };
}

/** What the proxy answers by itself on the route. */
function answerOf({ taken, authority: asked, path, who }: Taking): RouteText | undefined {
  const { redirect, directResponse } = taken.route;
  if (redirect !== undefined) {
    const { uri, authority, scheme = 'http', redirectCode = 301 } = redirect;
    const where = `${scheme}://${authority ?? asked}${uri ?? path}`;
    return { isAllowed: true, text: `${who} answers ${redirectCode}, to ${where}` };
  }
  if (directResponse === undefined) return undefined;
  const { status = 200 } = directResponse;
  return { isAllowed: status < 400, text: `${who} answers ${status} by itself` };
}

/** A request that takes a route. */
export interface Taking {
  readonly taken: TakenRoute;
  readonly client: Workload;
  readonly port: number;
  /** As the client says it. */
  readonly authority: string;
  readonly path: string;
  /** Whose proxy it is. */
  readonly who: 'the sidecar' | 'the gateway';
}

function routed(known: Known, mesh: readonly MeshObject[], taking: Taking): MeshRouted {
  const { taken, path: asked, who } = taking;
  const destinations = destinationsOf(taken.route);
  const total = destinations.reduce((sum, { weight }) => sum + weight, 0);
  const ways: RoutedTo[] = [];
  const notes: RouteText[] = [];
  if (total === 0) {
    const text = `${headOf(taking)}it has no destination: ${who} answers 503`;
    return { ways, notes: [{ isAllowed: false, text }] };
  }
  for (const weighted of destinations) {
    const share = destinations.length === 1 ? '' : `${percent(weighted.weight / total)} of them `;
    const head = `${headOf(taking)}${share}to ${wordsOf(taken, weighted)}`;
    const destination = endsOf(known, mesh, taking, weighted);
    if ('problem' in destination) {
      notes.push({ isAllowed: false, text: `${head}: 503, ${destination.problem}` });
      continue;
    }
    const path = rewrittenPath(taken, asked);
    const { authority: other } = taken.route.rewrite ?? {};
    const as = path === asked && other === undefined ? '' : `, as ${other ?? ''}${path}`;
    const authority = other ?? taking.authority;
    ways.push({ isAllowed: true, text: `${head}${as}`, destination, path, authority });
  }
  return { ways, notes };
}

function endsOf(
  known: Known,
  mesh: readonly MeshObject[],
  { taken, client, port: asked }: Taking,
  { destination: { host = '', subset = '', port } = {} }: WeightedDestination,
): Destination | { readonly problem: string } {
  const server = serviceOfHost(fullHost(host, namespaceOf(taken.by.metadata)));
  if (server === undefined) return { problem: 'no Service of the cluster has this name' };
  const rules = mesh.filter(isDestinationRule);
  const labels: Labels | undefined =
    subset === '' ? {} : subsetLabels(rules, { client, server, subset }, defaultMesh);
  if (labels === undefined) return { problem: `no DestinationRule has a subset ${subset}` };
  const text = `${server.namespace}/${server.name}`;
  const reference = { text, kind: 'service', ...server };
  const found = foundAt(known, reference, port?.number, asked);
  if ('problem' in found) return found;
  const ends = found.ends.filter(({ pod }) => hasLabels(pod?.metadata.labels, labels));
  const missing = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return ends.length > 0
    ? { ...found, ends }
    : { problem: `no pod of the Service has ${missing.join(',')}` };
}

/** At the port that the route names; else at the Service's only one, or at the one that was asked for. */
function foundAt(
  known: Known,
  reference: Parameters<typeof destinationOf>[1],
  named: number | undefined,
  asked: number,
): Destination | { readonly problem: string } {
  try {
    if (named !== undefined) return destinationOf(known, { ...reference, port: String(named) });
    const only = portsOf(known, reference) === 1 ? {} : { port: String(asked) };
    return destinationOf(known, { ...reference, ...only });
  } catch (error) {
    if (error instanceof UserError) return { problem: error.message };
    throw error;
  }
}

function portsOf({ objects }: Known, { name, namespace }: { name: string; namespace?: string }) {
  const service = objects.find(
    ({ kind, metadata }) =>
      kind === 'Service' && metadata.name === name && metadata.namespace === namespace,
  ) as Service | undefined;
  return service?.spec?.ports?.length;
}

/** What of a route the simulation does not do, though it decides where requests go. */
const leftOut = ['delegate', 'mirror', 'mirrors'] as const;

function headOf({ taken: { by, route, match }, path }: Taking): string {
  const routes = by.spec?.http ?? [];
  const number = routes.length === 1 ? '' : `${routes.indexOf(route) + 1} of ${routes.length} `;
  const name = route.name === undefined ? '' : `"${route.name}" `;
  const why = match === undefined ? '' : ` by its match ${JSON.stringify(match)}`;
  const missing = leftOut.filter(field => field in route);
  const { abort, delay } = faultsOf(route);
  const faults = [
    ...(abort === undefined ? [] : [`answers ${abort.status} to ${percent(abort.share)}`]),
    ...(delay === undefined ? [] : [`holds back ${percent(delay.share)} for ${delay.ms} ms`]),
  ];
  const hurt = faults.length === 0 ? '' : `, whose fault ${faults.join(' and ')}`;
  const besides =
    missing.length === 0 ? '' : ` (whose ${missing.join(' and ')} the simulation leaves out)`;
  return `GET ${path} takes the route ${number}${name}of ${titleOf({ by })}${why}${hurt}${besides}: `;
}

/** `VirtualService shop/web`. */
function titleOf({ by }: { readonly by: VirtualService }): string {
  return `VirtualService ${namespaceOf(by.metadata)}/${by.metadata.name ?? ''}`;
}

function wordsOf({ by }: TakenRoute, { destination = {} }: WeightedDestination): string {
  const { host = '', subset = '', port } = destination;
  const server = serviceOfHost(fullHost(host, namespaceOf(by.metadata)));
  const name = server === undefined ? host : `Service ${server.namespace}/${server.name}`;
  const at = port?.number === undefined ? '' : `:${port.number}`;
  return `${name}${at}${subset === '' ? '' : `, subset ${subset}`}`;
}

const percent = (share: number): string => `${Math.round(share * 1_000) / 10} %`;

const isVirtualService = (one: MeshObject): one is VirtualService => one.kind === 'VirtualService';
const isDestinationRule = (one: MeshObject): one is DestinationRule =>
  one.kind === 'DestinationRule';
