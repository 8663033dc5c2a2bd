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
import { isScrape } from '../../../sim/metrics/prometheus/scrape.js';
import { ApiWatch } from '../../../sim/workloads/api-watch.js';
import type {
  BackendAddress,
  FlowRequest,
  Gateway,
  GatewayRegistration,
  TrafficExchange,
  WeightedBackend,
} from './contract.js';
import type { BackendRef } from '../../../sim/operators/gateway-api/types.js';
import { gatewayMetrics } from './gateway-metrics.js';
import { isAttached, matchedRule, type HttpRoute } from './http-route.js';
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
  private readonly registration: GatewayRegistration;
  private readonly routes: ApiWatch<HttpRoute>;
  private readonly slices: ApiWatch<EndpointSlice>;
  /** What it routes by: it takes in what it has heard after a moment. */
  private applied: Applied = { routes: [], slices: [] };
  private isConfigured = false;
  private isApplying = false;

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
    this.slices = new ApiWatch<EndpointSlice>(context, { path: slicesOf(namespace) }, () =>
      this.changed(),
    );
    this.use(0);
    this.registration = exchange.registerGateway(this);
    context.network.listen(settings.adminPort, ({ payload, reply }) => {
      if (isScrape(payload)) reply(gatewayMetrics(this.registration.answered()));
      else reply({ error: 'not found' });
    });
  }

  backends(request: FlowRequest): readonly WeightedBackend[] | undefined {
    if (!this.isConfigured) return undefined;
    const { parent } = this.settings;
    const routes = this.applied.routes.filter(route => isAttached(route, parent));
    const found = matchedRule(routes, request);
    return (found?.rule.backendRefs ?? []).map(reference =>
      this.backendOf(reference, found?.namespace ?? ''),
    );
  }

  onWork({ finishedPerSecond }: { readonly finishedPerSecond: number }): void {
    this.use(finishedPerSecond);
  }

  probe(request: ProbeRequest): ProbeResult {
    const { port, adminPort } = this.settings;
    const isOurs = request.kind === 'exec' || [port, adminPort].includes(request.port);
    return isOurs ? { isSuccess: true, isForGood: true } : { isSuccess: false, isRefused: true };
  }

  terminate(): void {
    this.registration.drain(() => this.context.exit(0));
  }

  ended(): void {
    this.routes.end();
    this.slices.end();
    this.registration.end();
  }

  /**
   * Something was heard. Control planes of proxies gather changes for a moment before they send them
   * on: Istio's PILOT_DEBOUNCE_AFTER is 100 ms.
   */
  private changed(): void {
    if (this.isApplying || !this.routes.isFilled) return;
    this.isApplying = true;
    this.context.clock.after(this.settings.updateDelayMs, 'gateway takes its routes', () => {
      this.isApplying = false;
      this.isConfigured = true;
      this.applied = {
        routes: this.routes.items(),
        slices: this.slices.items(),
      };
      this.registration.changed();
    });
  }

  private backendOf(reference: BackendRef, routeNamespace: string): WeightedBackend {
    const { group = '', kind = 'Service', name, weight = 1 } = reference;
    const isService = group === '' && kind === 'Service';
    const isOwn = (reference.namespace ?? routeNamespace) === routeNamespace;
    // Another namespace would need a ReferenceGrant, which this gateway does not read.
    const to = isService && isOwn ? this.endpointsOf(reference) : [];
    return { name, weight, to };
  }

  /** Ready endpoints; where there are none, those that terminate and still serve, as Envoy has it. */
  private endpointsOf({ name, port }: BackendRef): readonly BackendAddress[] {
    const slices = this.applied.slices.filter(
      ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name,
    );
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

/** What a gateway routes by. */
interface Applied {
  readonly routes: readonly HttpRoute[];
  readonly slices: readonly EndpointSlice[];
}

type Conditions = NonNullable<NonNullable<EndpointSlice['endpoints']>[number]['conditions']>;

/** The only port of a slice, or the one of the same number: the gateway does not read Services. */
function targetPort({ ports = [] }: EndpointSlice, port: number | undefined): number | undefined {
  const [only] = ports;
  if (ports.length === 1) return only?.port;
  return ports.find(one => one.port === port)?.port;
}
