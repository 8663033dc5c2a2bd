/**
 * The workload `traffic-gateway`: a proxy as Envoy is one. It follows HTTPRoutes and EndpointSlices
 * with its own service account, sends by weight, and adds no queue.
 */
import type { EndpointSlice } from '../../../sim/api/kinds/discovery.js';
import type {
  ContainerContext,
  ProbeRequest,
  ProbeResult,
  Program,
  Workload,
} from '../../../sim/workloads/workload.js';
import { ApiWatch } from './api-watch.js';
import type {
  BackendAddress,
  FlowRequest,
  Gateway,
  Registration,
  TrafficExchange,
  WeightedBackend,
} from './contract.js';
import { isAttached, matchedRule, type BackendRef, type HttpRoute } from './http-route.js';
import { gatewaySettings, type GatewaySettings } from './program-settings.js';

const routesOf = (namespace: string): string =>
  `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes`;
const slicesOf = (namespace: string): string =>
  `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;

/** The workload; its parameters are those of `gatewaySettings`. */
export function trafficGateway(
  exchange: TrafficExchange,
  parameters: Readonly<Record<string, unknown>> = {},
): Workload {
  // Wrong parameters are told before anything runs.
  gatewaySettings(parameters, []);
  return {
    name: 'traffic-gateway',
    start: context =>
      new GatewayProgram(context, exchange, gatewaySettings(parameters, context.command)),
  };
}

class GatewayProgram implements Program, Gateway {
  readonly pod;
  readonly ip;
  readonly port;
  private readonly registration: Registration;
  private readonly routes: ApiWatch<HttpRoute>;
  private readonly slices = new Map<string, ApiWatch<EndpointSlice>>();
  private version = 1;
  private known: readonly WeightedBackend[] | undefined;
  private knownVersion = 0;

  constructor(
    private readonly context: ContainerContext,
    exchange: TrafficExchange,
    private readonly settings: GatewaySettings,
  ) {
    this.pod = context.pod;
    this.ip = context.pod.status?.podIP ?? '';
    this.port = settings.port;
    const [namespace = '', name] = settings.route.includes('/')
      ? settings.route.split('/')
      : [context.pod.metadata.namespace ?? ''];
    this.routes = new ApiWatch<HttpRoute>(
      context,
      {
        path: routesOf(namespace),
        ...(name !== undefined && { query: `fieldSelector=metadata.name=${name}` }),
      },
      () => this.changed(),
    );
    this.follow(namespace);
    this.use(0);
    this.registration = exchange.registerGateway(this);
  }

  backends(request: FlowRequest): readonly WeightedBackend[] | undefined {
    if (!this.routes.isFilled) return undefined;
    if (this.knownVersion === this.version) return this.known;
    this.knownVersion = this.version;
    const { parent } = this.settings;
    const routes = this.routes.items().filter(route => isAttached(route, parent));
    const found = matchedRule(routes, request);
    this.known = (found?.rule.backendRefs ?? []).map(reference =>
      this.backendOf(reference, found?.namespace ?? ''),
    );
    return this.known;
  }

  routesVersion(): number {
    return this.version;
  }

  onWork({ finishedPerSecond }: { readonly finishedPerSecond: number }): void {
    this.use(finishedPerSecond);
  }

  probe(request: ProbeRequest): ProbeResult {
    const { port, adminPort } = this.settings;
    const isOurs = request.kind === 'exec' || [port, adminPort].includes(request.port);
    return isOurs ? { isSuccess: true } : { isSuccess: false, isRefused: true };
  }

  terminate(): void {
    this.registration.drain(() => this.context.exit(0));
  }

  ended(): void {
    this.routes.end();
    for (const slices of this.slices.values()) slices.end();
    this.registration.end();
  }

  private changed(): void {
    this.version++;
  }

  private follow(namespace: string): ApiWatch<EndpointSlice> {
    const known = this.slices.get(namespace);
    if (known !== undefined) return known;
    const made = new ApiWatch<EndpointSlice>(this.context, { path: slicesOf(namespace) }, () =>
      this.changed(),
    );
    this.slices.set(namespace, made);
    return made;
  }

  private backendOf(reference: BackendRef, routeNamespace: string): WeightedBackend {
    const { group = '', kind = 'Service', name, weight = 1 } = reference;
    const isService = group === '' && kind === 'Service';
    const isOwn = (reference.namespace ?? routeNamespace) === routeNamespace;
    // Another namespace would need a ReferenceGrant, which this gateway does not read.
    const to = isService && isOwn ? this.endpointsOf(routeNamespace, reference) : [];
    return { name, weight, to };
  }

  /** Ready endpoints; where there are none, those that terminate and still serve, as Envoy has it. */
  private endpointsOf(namespace: string, { name, port }: BackendRef): readonly BackendAddress[] {
    const slices = this.follow(namespace)
      .items()
      .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name);
    const addressesOf = (isWanted: (conditions: Conditions) => boolean): BackendAddress[] =>
      slices.flatMap(slice => {
        const target = targetPort(slice, port);
        if (target === undefined) return [];
        return (slice.endpoints ?? [])
          .filter(({ conditions = {} }) => isWanted(conditions))
          .flatMap(({ addresses }) => addresses.map(ip => ({ ip, port: target })));
      });
    const ready = addressesOf(conditions => conditions.ready !== false);
    return ready.length > 0
      ? ready
      : addressesOf(({ serving, terminating }) => serving === true && terminating === true);
  }

  private use(perSecond: number): void {
    const { idleCpuMillis, cpuMicrosPerRequest, memoryMiB } = this.settings;
    this.context.use({
      cpuMillis: Math.round(idleCpuMillis + (perSecond * cpuMicrosPerRequest) / 1000),
      memoryBytes: memoryMiB * 2 ** 20,
    });
  }
}

type Conditions = NonNullable<NonNullable<EndpointSlice['endpoints']>[number]['conditions']>;

/** The only port of a slice, or the one of the same number: the gateway does not read Services. */
function targetPort({ ports = [] }: EndpointSlice, port: number | undefined): number | undefined {
  const [only] = ports;
  if (ports.length === 1) return only?.port;
  return ports.find(one => one.port === port)?.port;
}
