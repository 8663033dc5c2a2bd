/**
 * The cluster's network: programs in pods reach each other by address, service and name, as
 * kube-proxy and the cluster's DNS have it. Policies have their say in one place.
 */
import type { Pod, Service, ServicePort } from '../api/kinds/core.js';
import type { ProcessDefinition } from '../client/contract.js';
import type { Clock } from '../engine/clock.js';
import type { Random } from '../engine/random.js';
import type { NetworkMessage, NetworkReply, WorkloadNetwork } from '../workloads/workload.js';
import { backendsOf, type Backend } from './backends.js';
import { ClusterDns } from './dns.js';
import { allowAll, type NetworkPolicyVerdict } from './policy.js';
import { ServiceBook } from './service-book.js';
import { defaultNetworkSettings, type NetworkSettings } from './settings.js';
import { Sockets, type Socket } from './sockets.js';

/** What a network is made from. */
export interface NetworkOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings?: Partial<NetworkSettings>;
  readonly policy?: NetworkPolicyVerdict;
}

/** A client or a server in the network; `close` ends what it listens on. */
export interface NetworkPlace extends WorkloadNetwork {
  close(): void;
}

/** Where to, as a program says it. */
export interface Destination {
  readonly host: string;
  readonly port: number;
}

/** Who could take a connection, or the error that it would end in. */
export type Route =
  | { readonly backends: readonly Backend[] }
  | { readonly error: 'unknown host' | 'connection refused' | 'timeout' };

/** The network of a cluster. */
export interface ClusterNetwork {
  /** What keeps it up to date: to be started with the cluster. */
  readonly process: ProcessDefinition;
  /** The network of a container of the pod, which has this address. */
  readonly networkOf: (pod: Pod, ip: string) => NetworkPlace;
  /** A place outside of the cluster: a client of node ports, or a server that pods know by its address. */
  outside(address: string): NetworkPlace;
  /** Where connections would go: for those who reckon with many at once. */
  route(to: Destination, from?: { readonly pod: Pod }): Route;
}

/** Makes the network; it knows no service until its process runs. */
export function createNetwork(options: NetworkOptions): ClusterNetwork {
  const network = new Network(options);
  return {
    process: {
      name: 'kube-proxy',
      identity: { user: 'system:kube-proxy', groups: ['system:authenticated'] },
      controllers: [network.book.definition],
    },
    networkOf: (pod, ip) => network.place(pod, ip),
    outside: address => network.place(undefined, address),
    route: (to, from) => network.route(to, from?.pod),
  };
}

/** How long a client goes to the same backend, when its service asks for that. */
const defaultAffinitySeconds = 10_800;

class Network {
  readonly book = new ServiceBook();
  private readonly sockets = new Sockets();
  private readonly settings: NetworkSettings;
  private readonly dns: ClusterDns;
  private readonly policy: NetworkPolicyVerdict;
  private readonly clock: Clock;
  private readonly random: Random;
  /** The backend of a client that is to stay with it, and until when. */
  private readonly affinity = new Map<string, { backend: Backend; untilMs: number }>();

  constructor({ clock, random, settings, policy = allowAll }: NetworkOptions) {
    this.clock = clock;
    this.random = random;
    this.policy = policy;
    this.settings = { ...defaultNetworkSettings, ...settings };
    this.dns = new ClusterDns(this.book, this.settings.clusterDomain);
  }

  place(pod: Pod | undefined, ip: string): NetworkPlace {
    const socket = this.sockets.open(pod, ip);
    return {
      listen: (port, handle) => this.sockets.listen(socket, port, handle),
      send: (to, payload, done) => this.send(socket, to, payload, done),
      resolve: host => this.dns.resolve(pod, host),
      close: () => this.sockets.close(socket),
    };
  }

  route({ host, port }: Destination, pod: Pod | undefined): Route {
    const [address] = this.dns.resolve(pod, host);
    if (address === undefined) return { error: 'unknown host' };
    const addresses = this.dns.resolve(pod, host);
    const found = addresses.map(one => this.routeTo(one, port, pod));
    const backends = found.flatMap(one => ('backends' in one ? one.backends : []));
    return backends.length > 0 ? { backends } : (found[0] ?? { error: 'timeout' });
  }

  private send(
    socket: Socket,
    to: Destination,
    payload: unknown,
    done: (reply: NetworkReply) => void,
  ): void {
    const { latencyMs, dnsMs, connectTimeoutMs } = this.settings;
    const label = `network ${socket.ip} -> ${to.host}:${to.port}`;
    const later = (delayMs: number, reply: NetworkReply) => {
      this.clock.after(delayMs, `${label} answered`, () => {
        if (!socket.isClosed) done(reply);
      });
    };
    const route = this.route(to, socket.pod);
    if ('error' in route) {
      const waitMs = { 'unknown host': dnsMs, 'connection refused': latencyMs * 2 };
      const delayMs = route.error === 'timeout' ? connectTimeoutMs : waitMs[route.error];
      return later(delayMs, { isOk: false, error: route.error });
    }
    const backend = this.choose(socket, to, route.backends);
    const attempt = {
      from: socket.pod,
      fromIp: socket.ip,
      to: this.sockets.podAt(backend.ip),
      toIp: backend.ip,
      port: backend.port,
    };
    const isLost = !this.sockets.hasAddress(backend.ip) || this.policy(attempt) === 'drop';
    if (isLost) return later(connectTimeoutMs, { isOk: false, error: 'timeout' });
    this.clock.after(latencyMs, label, () => this.deliver(socket, backend, payload, later));
  }

  private deliver(
    socket: Socket,
    { ip, port }: Backend,
    payload: unknown,
    later: (delayMs: number, reply: NetworkReply) => void,
  ): void {
    const { latencyMs } = this.settings;
    const listener = this.sockets.listener(ip, port);
    if (listener === undefined) {
      return later(latencyMs, { isOk: false, error: 'connection refused' });
    }
    const { onClose } = listener.socket;
    const answer = (reply: NetworkReply) => {
      if (onClose.delete(reset)) later(latencyMs, reply);
    };
    const reset = () => answer({ isOk: false, error: 'connection reset' });
    onClose.add(reset);
    const message: NetworkMessage = {
      from: socket.ip,
      payload,
      reply: content => answer({ isOk: true, payload: content }),
    };
    listener.handle(message);
  }

  private routeTo(address: string, port: number, pod: Pod | undefined): Route {
    const service = this.book.serviceAt(address);
    if (service !== undefined) return this.routeToService(service, port, pod);
    const node = this.book.nodeAt(address);
    const offered = node && this.book.serviceAtNodePort(port);
    if (offered === undefined) return { backends: [{ ip: address, port }] };
    const servicePort = offered.spec?.ports?.find(one => one.nodePort === port);
    if (servicePort === undefined) return { error: 'connection refused' };
    return this.backends(offered, servicePort, { node, isExternal: true });
  }

  private routeToService(service: Service, port: number, pod: Pod | undefined): Route {
    const servicePort = service.spec?.ports?.find(one => one.port === port);
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
    return backends.length === 0 ? { error: 'connection refused' } : { backends };
  }

  /** One of the backends by chance; the same again where the service asks for affinity. */
  private choose(
    socket: Socket,
    { host, port }: Destination,
    backends: readonly Backend[],
  ): Backend {
    const [only] = backends;
    if (backends.length === 1 && only !== undefined) return only;
    const [address = ''] = this.dns.resolve(socket.pod, host);
    const { sessionAffinity, sessionAffinityConfig } = this.book.serviceAt(address)?.spec ?? {};
    if (sessionAffinity !== 'ClientIP') return this.random.pick(backends);
    const key = `${socket.ip} ${address}:${port}`;
    const known = this.affinity.get(key);
    const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds;
    const isStill = (one: Backend) =>
      known !== undefined && one.ip === known.backend.ip && one.port === known.backend.port;
    const nowMs = this.clock.now();
    const kept = known !== undefined && known.untilMs > nowMs && backends.find(isStill);
    const backend = kept || this.random.pick(backends);
    this.affinity.set(key, { backend, untilMs: nowMs + seconds * 1000 });
    return backend;
  }
}
