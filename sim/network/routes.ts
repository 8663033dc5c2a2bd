/** Where connections go: names to addresses, and services' addresses to those behind them. */
import type { Node, Pod, Service, ServicePort } from '../api/kinds/core.js';
import { isLoopback } from './addresses.js';
import { backendsOf, type Backend } from './backends.js';
import type { ClusterDns } from './dns.js';
import type { HostPorts } from './host-ports.js';
import type { ServiceBook } from './service-book.js';

/** @upstream pkg/proxy/apis/well_known_labels.go LabelServiceProxyName */
const proxyNameLabel = 'service.kubernetes.io/service-proxy-name';

/** Where to, as a program says it. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  /** Default TCP. */
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
}

/** Why there is no way. */
export interface NoRoute {
  readonly error: 'unknown host' | 'connection refused' | 'timeout';
  /** The name server did not answer: network policies keep the pod from asking it. */
  readonly isDnsDenied?: true;
}

/** Who could take a connection, or the error that it would end in. */
export type Route =
  | {
      readonly backends: readonly Backend[];
      /** Whose backends they are; absent for an address that is no service's. */
      readonly service?: Service;
    }
  | NoRoute;

/** The ways that kube-proxy and the cluster's DNS know. */
export class Routes {
  constructor(
    private readonly book: ServiceBook,
    private readonly dns: ClusterDns,
    private readonly hostPorts: HostPorts,
  ) {}

  /** Where a connection of the pod, or one from outside, would go. */
  route({ host, port, protocol = 'TCP' }: Destination, pod: Pod | undefined): Route {
    const addresses = this.dns.resolve(pod, host);
    if (addresses === undefined) return { error: 'unknown host', isDnsDenied: true };
    if (addresses.length === 0) return { error: 'unknown host' };
    const found = addresses.map(one => this.routeTo(one, { port, protocol }, pod));
    const backends = found.flatMap(one => ('backends' in one ? one.backends : []));
    const [first] = found;
    // Only a name of several addresses leads to more than one place.
    if (found.length === 1 && first !== undefined) return first;
    return backends.length > 0 ? { backends } : (first ?? { error: 'timeout' });
  }

  private routeTo(address: string, to: Port, pod: Pod | undefined): Route {
    const service = this.book.serviceAt(address);
    if (isProxied(service)) return this.routeToService(service, to, pod);
    const node = this.nodeAt(address, pod);
    const offered = node && this.book.serviceAtNodePort(to.port, to.protocol);
    if (!isProxied(offered)) {
      const mapped = node && this.hostPorts.backend(node.metadata.name ?? '', { address, ...to });
      return { backends: [mapped ?? { ip: address, port: to.port }] };
    }
    const servicePort = offered.spec?.ports?.find(
      one => one.nodePort === to.port && (one.protocol ?? 'TCP') === to.protocol,
    );
    if (servicePort === undefined) return { error: 'connection refused' };
    return this.backends(offered, servicePort, { node, isExternal: true });
  }

  /** The node of an address; of its loopback, for who is on the host's network. */
  private nodeAt(address: string, pod: Pod | undefined): Node | undefined {
    const isOwn = pod?.spec?.hostNetwork === true && isLoopback(address);
    return isOwn ? this.book.node(pod.spec?.nodeName ?? '') : this.book.nodeAt(address);
  }

  /** Where a connection to a port of the service would go. */
  routeToService(service: Service, { port, protocol }: Port, pod: Pod | undefined): Route {
    const servicePort = service.spec?.ports?.find(
      one => one.port === port && (one.protocol ?? 'TCP') === protocol,
    );
    if (servicePort === undefined) return { error: 'timeout' };
    const node = this.book.node(pod?.spec?.nodeName ?? '');
    return this.backends(service, servicePort, { node, isExternal: pod === undefined });
  }

  private backends(
    service: Service,
    servicePort: ServicePort,
    from: Parameters<typeof backendsOf>[3],
  ): Route {
    const backends = backendsOf(this.book, service, servicePort, from);
    return backends.length === 0 ? { error: 'connection refused' } : { backends, service };
  }
}

/** Whether kube-proxy sees the service: not one that asks for another proxy. */
function isProxied(service: Service | undefined): service is Service {
  return service !== undefined && service.metadata.labels?.[proxyNameLabel] === undefined;
}

type Port = Required<Pick<Destination, 'port' | 'protocol'>>;
