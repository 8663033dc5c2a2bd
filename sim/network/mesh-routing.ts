/** Where the sidecars of a mesh send the requests of their pods, and its gateways what comes to them, by its VirtualServices. */
import { isHttpRequest, type HttpRequest, type HttpResponse } from '../api/http-message.js';
import type { Pod, Service } from '../api/kinds/core.js';
import type { Labels } from '../api/selectors.js';
import type { Random } from '../engine/random.js';
import type { Backend } from './backends.js';
import type { ClusterDns } from './dns.js';
import type { MeshBook } from './mesh-book.js';
import { answered, decidedOn, type Decided, type Leaving } from './mesh-decision.js';
import { headless } from './mesh-gate.js';
import { namespaceOf } from './mesh/attachment.js';
import { portPolicy, subsetLabels } from './mesh/destination-rule.js';
import { durationMs } from './mesh/duration.js';
import { abortText } from './mesh/fault.js';
import { fullHost, serviceHost, serviceOfHost } from './mesh/hosts.js';
import type { VirtualService, WeightedDestination } from './mesh/kinds.js';
import { outlierSettings, type OutlierSettings } from './mesh/outlier-detection.js';
import { retryPolicy, type RetryPolicy } from './mesh/retries.js';
import { defaultMesh } from './mesh/request.js';
import { hasSidecar, isExcluded, isGateway } from './mesh/sidecar.js';
import { isHttp, workloadOf } from './mesh/traffic.js';
import { destinationsOf, takenRoute, type TakenRoute } from './mesh/virtual-service.js';
import type { Destination, Routes } from './routes.js';
import type { ServiceBook } from './service-book.js';
import { listenersOf, type GatewayListener } from './mesh/gateway.js';
import { enteredBy, gatewayPlace, type Entering } from './mesh-entering.js';

/** Pods that a request may go to, of a service. */
interface Backends {
  readonly service: Service;
  /** Of the service. */
  readonly port: number;
  /** As the server sees it. */
  readonly payload: HttpRequest;
  readonly backends: readonly Backend[];
  readonly sending: Sending;
}

/** How the proxy sends to them. */
export interface Sending {
  /** Those pods, as the proxy knows them: `namespace/service:port/subset`. */
  readonly cluster: string;
  /** Undefined: nothing is sent once more. */
  readonly retries: RetryPolicy | undefined;
  /** For all attempts; 0: as long as it takes. */
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly outliers: OutlierSettings | undefined;
}

/** @upstream meshconfig's connectTimeout */
const usualConnectTimeoutMs = 10_000;

/** Where a request goes, or what the sidecar answers by itself. */
export type MeshRoute = MeshWayTo & {
  /** A fault that is injected: so long the sidecar waits before. */
  readonly delayMs?: number;
};

/** One of the ways of a request. */
type MeshWayTo = Backends | { readonly answer: HttpResponse };

/** A way, and the part of such requests that goes it. */
export type SharedWay = MeshWayTo & { readonly share: number };

/** What is needed to find the way. */
export interface MeshRoutingTools {
  readonly book: Pick<
    MeshBook,
    'isActive' | 'virtualServices' | 'destinationRules' | 'gateways' | 'hasCertificate'
  >;
  readonly random: Random;
  readonly services: ServiceBook;
  readonly dns: ClusterDns;
  readonly routes: Routes;
  readonly labelsAt: (ip: string) => Labels;
}

/** The routing of all sidecars. */
export class MeshRouting {
  constructor(private readonly tools: MeshRoutingTools) {}

  /** The way of what a pod sends; undefined where its sidecar does not look into it. */
  route(pod: Pod | undefined, to: Destination, payload: unknown): MeshRoute | undefined {
    const decided = this.decide(pod, to, payload);
    return decided && this.chosen(decided);
  }

  /** Whether the gateway of the pod listens at its port. */
  listens(pod: Pod, port: number): boolean {
    return this.listenersOf(pod).has(port);
  }

  /** The way of what has come to a gateway; undefined: it does not listen there. */
  enter(entering: Entering): MeshRoute | 'reset' | undefined {
    const decided = this.entered(entering);
    return decided === undefined || decided === 'reset' ? decided : this.chosen(decided);
  }

  /** All ways of what has come to a gateway. */
  entering(entering: Entering): readonly SharedWay[] | 'reset' | undefined {
    const decided = this.entered(entering);
    return decided === undefined || decided === 'reset' ? decided : this.shared(decided);
  }

  private chosen({ faults, next }: Decided): MeshRoute {
    const { random } = this.tools;
    const { delay, abort } = faults;
    const isLate = delay !== undefined && random.float() < delay.share;
    const late = isLate ? { delayMs: delay.ms } : {};
    if (abort !== undefined && random.float() < abort.share) {
      return { ...answered(abort.status, abortText), ...late };
    }
    if ('answer' in next) return { ...next, ...late };
    const destinations = destinationsOf(next.taken.route);
    return { ...this.destined(next, destinations[drawn(random, destinations)]), ...late };
  }

  /** All ways that such requests go. */
  ways(
    pod: Pod | undefined,
    to: Destination,
    payload: HttpRequest,
  ): readonly SharedWay[] | undefined {
    const decided = this.decide(pod, to, payload);
    return decided && this.shared(decided);
  }

  private shared({ faults, next }: Decided): readonly SharedWay[] {
    const { abort } = faults;
    if (abort === undefined) return this.sharedWays(next);
    const aborted = { ...answered(abort.status, abortText), share: abort.share };
    const left = 1 - abort.share;
    if (left <= 0) return [aborted];
    const ways = this.sharedWays(next);
    return [aborted, ...ways.map(way => ({ ...way, share: way.share * left }))];
  }

  private sharedWays(next: Decided['next']): readonly SharedWay[] {
    if ('answer' in next) return [{ ...next, share: 1 }];
    const destinations = destinationsOf(next.taken.route);
    if (destinations.length === 0) return [{ ...this.destined(next, undefined), share: 1 }];
    const total = destinations.reduce((sum, { weight }) => sum + weight, 0);
    return destinations.map(one => ({ ...this.destined(next, one), share: one.weight / total }));
  }

  private decide(pod: Pod | undefined, to: Destination, payload: unknown): Decided | undefined {
    const { isActive, virtualServices } = this.tools.book;
    if (!isActive || pod === undefined || !isHttpRequest(payload)) return undefined;
    const { host, port, protocol = 'TCP' } = to;
    const passes = !hasSidecar(pod) || isGateway(pod) || isExcluded(pod, 'outbound', port);
    if (protocol !== 'TCP' || passes) {
      return undefined;
    }
    const service = this.serviceOf(host, pod);
    const hasPort = service?.spec?.ports?.some(one => one.port === port) === true;
    if (!hasPort || !isHttp({ service, servicePort: port, payload })) return undefined;
    return decidedBy(virtualServices, { pod, to, payload, service });
  }

  private entered(entering: Entering): Decided | 'reset' | undefined {
    const listener = this.listenersOf(entering.pod).get(entering.port);
    return listener && enteredBy(listener, this.tools.book.virtualServices, entering);
  }

  private listenersOf(pod: Pod): ReadonlyMap<number, GatewayListener> {
    const { book, services } = this.tools;
    return listenersOf(book.gateways, gatewayPlace(pod, { book, services }));
  }

  /** The service that the sidecar of the pod knows by the host. */
  private serviceOf(host: string, pod: Pod): Service | undefined {
    const { dns, services } = this.tools;
    const [address] = dns.resolve(pod, host) ?? [];
    if (address === undefined) return undefined;
    return services.serviceAt(address) ?? headless(services, host, pod.metadata.namespace ?? '');
  }

  /** The pods of a destination. */
  private destined(
    { taken, pod, client, port: asked, payload }: Leaving,
    { destination: chosen = {} }: WeightedDestination = {},
  ): MeshWayTo {
    const { book, services, routes, labelsAt } = this.tools;
    const server = serviceOfHost(fullHost(chosen.host ?? '', namespaceOf(taken.by.metadata)));
    const service = server && services.service(server.namespace, server.name);
    // Of a cluster that Envoy does not know it says nothing but the status.
    if (server === undefined || service === undefined) return answered(503);
    const { ports = [] } = service.spec ?? {};
    const single = ports.length === 1 ? ports[0]?.port : undefined;
    const port = chosen.port?.number ?? single ?? asked;
    if (ports.every(one => one.port !== port)) return answered(503);
    const { subset = '' } = chosen;
    const labels =
      subset === ''
        ? {}
        : subsetLabels(book.destinationRules, { client, server, subset }, defaultMesh);
    if (labels === undefined) return answered(503);
    const found = routes.routeToService(service, { port, protocol: 'TCP' }, pod);
    const ready = this.readyOf(service);
    const backends = ('backends' in found ? found.backends : []).filter(
      ({ ip }) =>
        ready.has(ip) &&
        Object.entries(labels).every(([key, value]) => labelsAt(ip)[key] === value),
    );
    if (backends.length === 0) return answered(503, 'no healthy upstream');
    const policy = portPolicy(book.destinationRules, { client, server, subset, port }, defaultMesh);
    const { connectTimeout } = policy.connectionPool?.tcp ?? {};
    const { retries, timeout } = taken.route;
    const sending: Sending = {
      cluster: `${server.namespace}/${server.name}:${port}/${subset}`,
      retries: retryPolicy(retries, {
        isHashed: policy.loadBalancer?.consistentHash !== undefined,
      }),
      timeoutMs: durationMs(timeout),
      connectTimeoutMs:
        connectTimeout === undefined ? usualConnectTimeoutMs : durationMs(connectTimeout),
      outliers: outlierSettings(policy.outlierDetection),
    };
    return { backends, service, port, payload, sending };
  }

  /** Unlike kube-proxy, the mesh never sends to those that terminate. */
  private readyOf(service: Service): ReadonlySet<string> {
    const endpoints = this.tools.services.endpointsOf(service).map(({ endpoint }) => endpoint);
    const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false);
    return new Set(ready.flatMap(({ addresses }) => addresses));
  }
}

interface Asked {
  readonly pod: Pod;
  readonly to: Destination;
  readonly payload: HttpRequest;
  readonly service: Service;
}

function decidedBy(
  virtualServices: readonly VirtualService[],
  { pod, to, payload, service }: Asked,
): Decided | undefined {
  const { name = '', namespace = '' } = service.metadata;
  const { method, path, headers = {} } = payload;
  const own = to.port === 80 ? to.host : `${to.host}:${to.port}`;
  const authority = headers['host'] ?? own;
  const client = workloadOf(pod, pod.status?.podIP ?? '');
  const request = { client, port: to.port, method, path, authority, headers };
  const taken =
    takenRoute(virtualServices, { name, namespace }, request) ??
    usualRoute(service, to.port, pod.metadata.namespace ?? '');
  if (taken === undefined) return undefined;
  if (taken.route === undefined) return { faults: {}, next: answered(404) };
  return decidedOn(taken, { pod, client, port: to.port, payload, authority });
}

/** Where no VirtualService counts, a sidecar sends to the Service's own pods. */
function usualRoute(
  { metadata: { name = '', namespace = '' }, spec }: Service,
  port: number,
  clientNamespace: string,
): TakenRoute | undefined {
  // What is said to a pod by the name of a headless Service goes there.
  if (spec?.clusterIP === 'None') return undefined;
  const destination = { host: serviceHost({ name, namespace }), port: { number: port } };
  const by = { kind: 'VirtualService', metadata: { namespace: clientNamespace } } as const;
  return { by, route: { route: [{ destination }] }, match: undefined };
}

/** Where of several the draw falls, by their weights. */
function drawn(random: Random, weighted: readonly { readonly weight: number }[]): number {
  if (weighted.length <= 1) return 0;
  let left = random.integer(weighted.reduce((sum, { weight }) => sum + weight, 0));
  return weighted.findIndex(({ weight }) => (left -= weight) < 0);
}
