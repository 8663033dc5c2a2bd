/**
 * The cluster's network: programs in pods reach each other by address, service and name, as
 * kube-proxy and the cluster's DNS have it, and as far as network policies let them.
 */
import type { Pod } from '../api/kinds/core.js';
import type { HttpRequest } from '../api/http-message.js';
import { metricsAgent } from '../api/metrics-agent.js';
import type { ControllerDefinition, ProcessDefinition } from '../client/contract.js';
import type { Clock } from '../engine/clock.js';
import type { Random } from '../engine/random.js';
import type { NetworkMessage, NetworkReply } from '../workloads/workload.js';
import { isLoopback } from './addresses.js';
import { Affinity } from './affinity.js';
import { gatewayListener, type GatewayTools } from './gateway-proxy.js';
import type { Backend } from './backends.js';
import type { Answering, Attempt, Way } from './connecting.js';
import type {
  ApiConnection,
  ClusterNetwork,
  NetworkOptions,
  NetworkPlace,
  ShutBy,
} from './contract.js';
import { ClusterDns } from './dns.js';
import { Elsewhere } from './elsewhere.js';
import { hostServer, type Hosts, type HostServer } from './host-servers.js';
import { knock } from './knock.js';
import { KnownWays } from './known-ways.js';
import { MeshBook } from './mesh-book.js';
import { MeshGate } from './mesh-gate.js';
import { MeshRouting } from './mesh-routing.js';
import { MeshSender } from './mesh-sender.js';
import { NameServers } from './name-servers.js';
import { PolicyBook, policyManifests } from './policy-book.js';
import { PolicyGate, type Target } from './policy-gate.js';
import { podFiles } from './pod-files.js';
import { Reaches, type Reach, type ReachFrom } from './reach.js';
import { Routes, type Destination, type Route } from './routes.js';
import { ServiceBook } from './service-book.js';
import { defaultNetworkSettings, type NetworkSettings } from './settings.js';
import { Sockets, type Socket } from './sockets.js';

/** Makes the network; it knows no service and no policy until its processes run. */
export function createNetwork(options: NetworkOptions): ClusterNetwork {
  return new PublicNetwork(new Network(options));
}

/** What others see of a network. */
class PublicNetwork implements ClusterNetwork {
  readonly process: ProcessDefinition;
  readonly policies: ClusterNetwork['policies'];
  readonly sidecars: ControllerDefinition;

  constructor(private readonly network: Network) {
    this.process = {
      name: 'kube-proxy',
      identity: { user: 'system:kube-proxy', groups: ['system:authenticated'] },
      controllers: [network.services.definition],
    };
    this.policies = { process: network.policies.process, manifests: () => policyManifests };
    this.sidecars = network.meshes.definition;
  }

  get version(): number {
    return this.network.version;
  }

  readonly networkOf = (pod: Pod, ip: string): NetworkPlace => this.network.place(pod, ip);

  readonly serviceVariables = (pod: Pod): Readonly<Record<string, string>> =>
    this.network.services.variables.of(pod);

  outside(address: string): NetworkPlace {
    return this.network.place(undefined, address);
  }

  route(to: Destination, from?: { readonly pod: Pod }): Route {
    return this.network.routes.route(to, from?.pod);
  }

  reach(to: Destination, from?: ReachFrom, request?: HttpRequest): Reach {
    return this.network.reaches.reach(to, from, request);
  }

  hasProxyAt(ip: string): boolean {
    return this.network.mesh.hasProxyAt(ip);
  }

  shutBy({ ip, port }: Backend): ShutBy | undefined {
    return this.network.shutBy({ ip, port, protocol: 'TCP' });
  }

  reachApi(pod: Pod, then: ApiConnection): void {
    this.network.reachApi(pod, then);
  }
}

class Network {
  readonly services = new ServiceBook();
  readonly policies = new PolicyBook();
  readonly meshes = new MeshBook();
  readonly routes: Routes;
  readonly reaches: Reaches;
  private readonly sockets = new Sockets();
  private readonly ways = new KnownWays(() => this.version);
  private readonly settings: NetworkSettings;
  private readonly dns: ClusterDns;
  private readonly gate: PolicyGate;
  readonly mesh: MeshGate;
  private readonly meshRouting: MeshRouting;
  private readonly meshSender: MeshSender;
  private readonly gateways: GatewayTools;
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly elsewhere: Elsewhere;
  private readonly affinity = new Affinity();

  private readonly hosts: Hosts;

  constructor(options: NetworkOptions) {
    const { clock, random, settings, nodes = () => undefined, served, api, guard } = options;
    this.hosts = { nodes, api, guard, programs: options.programs ?? [] };
    this.clock = clock;
    this.random = random;
    this.settings = { ...defaultNetworkSettings, ...settings };
    const { clusterDomain, nodeNameServer } = this.settings;
    this.dns = new ClusterDns(this.services, clusterDomain, pod => nameServers.canAsk(pod));
    this.elsewhere = new Elsewhere({ book: this.services, domain: clusterDomain, served });
    this.routes = new Routes(this.services, this.dns, this.sockets.hostPorts);
    this.gate = new PolicyGate(this.policies, this.services, ip => this.sockets.podAt(ip));
    this.mesh = new MeshGate(this.meshes, this.services, {
      podAt: ip => this.sockets.podAt(ip),
      hasAgent: ip =>
        this.sockets.listener(ip, { port: metricsAgent.port, protocol: 'TCP' }) !== undefined,
      now: () => clock.now(),
    });
    this.meshRouting = new MeshRouting({
      book: this.meshes,
      random: random.fork('mesh'),
      services: this.services,
      dns: this.dns,
      routes: this.routes,
      labelsAt: address =>
        this.policies.podAt(address)?.labels ?? this.sockets.podAt(address)?.metadata.labels ?? {},
    });
    this.gateways = {
      sockets: this.sockets,
      routing: this.meshRouting,
      send: (socket, sent, done) => this.meshSender.send(socket, sent, done),
    };
    this.meshSender = new MeshSender({
      ...{ clock, random: random.fork('mesh sender') },
      connect: (socket, attempt, done) =>
        this.connect(socket, attempt, { done, later: this.later(socket, attempt.way.to, done) }),
    });
    const nameServers = new NameServers(this.services, this.routes, this.gate, nodeNameServer);
    this.reaches = new Reaches({
      routes: this.routes,
      verdict: (from, to) => this.gate.verdict(from, to),
      mesh: this.mesh,
      routing: this.meshRouting,
      gatewayAt: ip => this.mesh.gatewayAt(ip),
      podAt: ip => this.policies.podAt(ip),
      version: () => this.version,
    });
  }

  get version(): number {
    return (
      this.services.version + this.policies.version + this.sockets.version + this.meshes.version
    );
  }

  place(pod: Pod | undefined, ip: string): NetworkPlace {
    const socket = this.sockets.open(pod, ip);
    return {
      listen: (port, handle, protocol) =>
        this.sockets.listen(socket, { port, ...(protocol !== undefined && { protocol }) }, handle),
      whenTaken: act => {
        socket.onTaken = act;
      },
      listenAll: (accepts, handle) => this.sockets.listenAll(socket, accepts, handle),
      isElsewhere: host => this.elsewhere.has(pod, host),
      send: (to, payload, done) => this.send(socket, to, payload, done),
      query: question => this.dns.query(pod, question),
      resolve: host => this.ways.addresses(socket, host, () => this.dns.resolve(pod, host) ?? []),
      ...(pod !== undefined && { files: () => this.files(pod, ip) }),
      close: () => this.sockets.close(socket),
    };
  }

  private files(pod: Pod, ip: string): Readonly<Record<string, string>> {
    const { clusterDomain, nodeNameServer, clusterNameServer } = this.settings;
    const service = this.services.service('kube-system', 'kube-dns');
    const clusterServer = service?.spec?.clusterIP ?? clusterNameServer;
    return podFiles({ pod, ip, clusterDomain, clusterServer, nodeServer: nodeNameServer });
  }

  private send(
    socket: Socket,
    to: Destination,
    payload: unknown,
    done: (reply: NetworkReply) => void,
  ): void {
    const { latencyMs, dnsMs, dnsTimeoutMs, connectTimeoutMs } = this.settings;
    const later = this.later(socket, to, done);
    if (this.mesh.lacksProxy(socket, to)) {
      return later(latencyMs, { isOk: false, error: 'connection refused' });
    }
    const byMesh = this.meshRouting.route(socket.pod, to, payload);
    if (byMesh !== undefined) return this.meshSender.send(socket, { to, route: byMesh }, done);
    const route = this.ways.route(socket, to, () => this.routes.route(to, socket.pod));
    if ('error' in route) {
      const waitMs = {
        'unknown host': route.isDnsDenied ? dnsTimeoutMs : dnsMs,
        'connection refused': latencyMs * 2,
        timeout: connectTimeoutMs,
      };
      return later(waitMs[route.error], { isOk: false, error: route.error });
    }
    const connecting = { ip: socket.ip, port: to.port, nowMs: this.clock.now() };
    const chosen = this.affinity.choose(route, connecting, this.random);
    const backend = isLoopback(chosen.ip) ? { ...chosen, ip: socket.ip } : chosen;
    const { protocol = 'TCP' } = to;
    const way = { to, target: { ...backend, protocol }, service: route.service };
    this.connect(socket, { way, payload }, { done, later });
  }

  private later(socket: Socket, to: Destination, done: Answering['done']): Answering['later'] {
    const label = `network ${socket.ip} -> ${to.host}:${to.port} answered`;
    return (delayMs, reply) => {
      this.clock.after(delayMs, label, () => {
        if (!socket.isClosed) done(reply);
      });
    };
  }

  /** Sends to one backend what policies and the mesh let through. */
  private connect(
    socket: Socket,
    { way, payload, connectTimeoutMs }: Attempt,
    { done, later }: Answering,
  ): void {
    const { latencyMs, retransmitMs } = this.settings;
    const timeoutMs = connectTimeoutMs ?? this.settings.connectTimeoutMs;
    const { pod, ip } = socket;
    const { to, target } = way;
    const label = `network ${ip} -> ${to.host}:${to.port}`;
    knock(this.clock, {
      label,
      ...{ retransmitMs, timeoutMs },
      isThrough: () =>
        this.ways.isThrough(
          socket,
          target,
          () =>
            (this.sockets.hasAddress(target.ip) || this.hostServer(target) !== undefined) &&
            this.gate.verdict({ pod, ip }, target) === 'allow',
        ),
      through: () =>
        void this.clock.after(latencyMs, label, () => {
          const refusal = this.mesh.isActive
            ? this.mesh.refusal({ pod, ip }, way, payload)
            : undefined;
          if (refusal !== undefined) return later(latencyMs, refusal);
          return this.deliver(socket, way, payload, (delayMs, reply) =>
            later(delayMs, this.mesh.asToldByProxy(way, payload, reply)),
          );
        }),
      timedOut: () => {
        if (!socket.isClosed) done({ isOk: false, error: 'timeout' });
      },
    });
  }

  /** A client in the cluster knows the service by its address, which stands in its environment. */
  reachApi(pod: Pod, { through, timedOut }: ApiConnection): void {
    const service = this.services.service('default', 'kubernetes');
    const host = service?.spec?.clusterIP ?? '';
    if (this.gate.isOpen || host === '') return through();
    const { retransmitMs, apiTimeoutMs } = this.settings;
    const port = service?.spec?.ports?.[0]?.port ?? 443;
    knock(this.clock, {
      label: `network ${pod.status?.podIP ?? ''} -> ${host}:${port}`,
      retransmitMs,
      timeoutMs: apiTimeoutMs,
      isThrough: () => {
        const reach = this.reaches.reach({ host, port }, { pod });
        return 'error' in reach || reach.backends.some(({ verdict }) => verdict === 'allow');
      },
      through,
      timedOut: () => timedOut(`dial tcp ${host}:${port}: i/o timeout`),
    });
  }

  shutBy(target: Target): ShutBy | undefined {
    if (this.gate.isShut(target)) return 'network policies';
    return this.mesh.isShut(target) ? 'mesh' : undefined;
  }

  private deliver(
    socket: Socket,
    { to, target: { ip, port, protocol } }: Way,
    payload: unknown,
    later: (delayMs: number, reply: NetworkReply) => void,
  ): void {
    const { latencyMs } = this.settings;
    const listener =
      this.sockets.listener(ip, { port, protocol }, payload) ??
      (this.mesh.isActive ? gatewayListener(this.gateways, { ip, port }, to) : undefined);
    if (listener === undefined) {
      const done = (page: unknown) => later(latencyMs, { isOk: true, payload: page });
      if (this.hostServer({ ip, port, protocol })?.(payload, done) === true) return;
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
    listener.handle(message, answer);
  }

  private hostServer(backend: Way['target']): HostServer | undefined {
    return hostServer(backend, this.services, this.hosts);
  }
}
