/**
 * The requests that clients send to Services, reckoned as a stream: between two changes of the network or
 * of the servers, each moment is like the one before. So every request is counted, and none is simulated.
 * A request goes to one of those that kube-proxy knows, whether or not anything still listens there.
 * Who the clients are is not said: they are those whom policies let in, somewhere. Where policies let
 * nobody in at all, all requests fail, as a time-out (network policies) or a refusal (a mesh).
 */
import type { KubeObject } from '../../../sim/api/object.js';
import type { Clock } from '../../../sim/engine/clock.js';
import type { ShutBy } from '../../../sim/network/contract.js';
import type { Simulation } from '../../../sim/simulation.js';
import type { WorkloadRule } from '../../../sim/workloads/workload.js';
import type { Fault } from '../../cluster.js';
import type { Outcome } from '../../laws/law.js';
import { count, rounded } from './counts.js';
import { demandsOf, type Demand } from './derived-traffic.js';
import { hang, type Flow, type Opening } from './flow.js';
import { lostAt } from './gateway-entrances.js';
import { merged } from './latest-objects.js';
import { lateIn, OldNews } from './old-news.js';
import { add, stillRates } from './rates.js';
import { servedRule, type Server, type Servers } from './served-program.js';
import { isTriedAgain, ratesOf, sharesOf } from './tried-again.js';
import { Trouble } from './trouble.js';

/** Requests a second that each wanted replica gets at first. */
const perReplicaPerSecond = 500;
/** At that rate a replica uses so much of the CPU that it asks for; at all of it, it is saturated. */
const usualShare = 0.4;
const capacityPerSecond = perReplicaPerSecond / usualShare;
/** Clients wait for so long for the replicas that are not there yet. */
const openingMs = 60_000;
/** What is measured is told so often. */
const spanMs = 30_000;
/** A request is under way for so long: what is lost when its server is killed. */
const requestSeconds = 0.1;
/** So many spans are kept; the older half goes when there are more. */
const spansMax = 50_000;

type Requests = Extract<Outcome, { kind: 'requests' }>;

/** What the senders use of a cluster: its time, and its network. */
export interface Sender extends Pick<Simulation, 'network'> {
  readonly loop: Pick<Clock, 'now'>;
}

/** What was sent in all. */
export interface TrafficTotals {
  readonly services: number;
  readonly offered: number;
  readonly failed: number;
  /** The failed ones by what became of them: `no endpoint`. */
  readonly reasons?: Readonly<Record<string, number>>;
  /** Those that policies let nobody send, by who shuts the Service: `network policies: shop/web`. */
  readonly shut?: Readonly<Record<string, number>>;
  /** Those that old news cost, for want of hooks and probes: `ended: shop/web`, `starting: shop/web`. */
  readonly unheard?: Readonly<Record<string, number>>;
}

/** The traffic to the Services of one cluster. */
export class ServiceTraffic implements Servers {
  /** What plays the servers: to be the last of a cluster's rules. */
  readonly rule: WorkloadRule = servedRule(this);
  /** In the order of time. */
  outcomes: Requests[] = [];
  private flows: readonly Flow[] = [];
  private objects: readonly KubeObject[] = [];
  /** By their address: the containers of one pod share it. */
  private readonly servers = new Map<string, readonly Server[]>();
  private simulation: Sender | undefined;
  private version = -1;
  private reckonedMs = 0;
  private spanStartMs = 0;
  private readonly trouble = new Trouble();
  private factor = 1;
  private offered = 0;
  private failed = 0;
  private readonly reasons = new Map<string, number>();
  private readonly shut = new Map<string, number>();
  private readonly unheard = new Map<string, number>();
  private readonly news = new OldNews();

  /** The cluster is there. */
  begin(simulation: Sender): void {
    this.simulation = simulation;
    this.reckonedMs = simulation.loop.now();
    this.spanStartMs = this.reckonedMs;
  }

  /** Manifests are applied: there may be Services among them. */
  applied(objects: readonly KubeObject[]): void {
    this.objects = merged(this.objects, objects);
    const known = new Map(this.flows.map(flow => [flow.demand.service, flow]));
    const openings = new Map(this.flows.map(flow => [groupOf(flow.demand), flow.opening]));
    this.flows = demandsOf(this.objects).map(demand => {
      const group = groupOf(demand);
      const fresh: Opening = { servedMs: Infinity, isLive: false, serving: new Map() };
      const opening = openings.get(group) ?? fresh;
      openings.set(group, opening);
      const still = {
        rates: { ...stillRates },
        sums: { ...stillRates },
        reset: 0,
        late: 0,
        ended: [],
        isServed: false,
        savable: { late: 0, early: 0 },
        shares: new Map(),
      };
      return Object.assign(still, known.get(demand.service), { opening, demand });
    });
    this.version = -1;
  }

  /** Clients send so many times as much as at first from now on. */
  scale(factor: number): void {
    this.factor = factor;
    this.version = -1;
  }

  /** For a while what is counted is nothing to judge by: the ways of those who measure may be broken. */
  struck(fault: Fault, forMs: number): void {
    this.trouble.struck(fault, (this.simulation?.loop.now() ?? 0) + forMs);
    if (fault.kind === 'node-down') hang(this.flows, this.addressesOn(fault.node), requestSeconds);
    this.version = -1;
  }

  private addressesOn(node: string): readonly string[] {
    return [...this.servers].filter(([, [one]]) => one?.node === node).map(([ip]) => ip);
  }

  joined(server: Server): void {
    this.servers.set(server.ip, [...(this.servers.get(server.ip) ?? []), server]);
    this.news.joined(server.ip);
    this.version = -1;
  }

  left(server: Server): void {
    const others = (this.servers.get(server.ip) ?? []).filter(one => one !== server);
    if (others.length > 0) this.servers.set(server.ip, others);
    else this.servers.delete(server.ip);
    const { ip, wasTold } = server;
    this.news.left(ip, { atMs: this.simulation?.loop.now() ?? 0, wasTold });
    if (!server.isStopping) {
      for (const flow of this.flows) {
        const lost = (flow.shares.get(ip) ?? 0) * requestSeconds;
        flow.reset += lost;
        if (wasTold) flow.late += lost;
      }
    }
    this.version = -1;
  }

  /** Something may have changed: up to now all was as it was. */
  look(): void {
    const { simulation, flows } = this;
    if (simulation === undefined || flows.length === 0) return;
    const nowMs = simulation.loop.now();
    if (nowMs - this.spanStartMs >= spanMs) this.reckonTo(nowMs);
    const { version } = simulation.network;
    if (version === this.version) return;
    this.reckonTo(nowMs);
    this.version = version;
    const all = flows.map(flow => this.behind(flow, simulation.network));
    for (const [index, flow] of flows.entries()) this.divide(flow, all[index] ?? nobody);
    this.load();
  }

  /** The history is over: the span under way is told as far as it goes. */
  end(): void {
    const { simulation } = this;
    if (simulation === undefined || this.flows.length === 0) return;
    const nowMs = simulation.loop.now();
    this.reckonTo(nowMs);
    if (nowMs > this.spanStartMs) this.tell(nowMs);
  }

  totals(): TrafficTotals {
    const services = this.flows.filter(
      ({ opening, demand }) => opening.isLive && !demand.isEntrance,
    ).length;
    const { reasons, shut, unheard } = this;
    return {
      ...{ services, offered: Math.round(this.offered), failed: Math.round(this.failed) },
      ...(reasons.size > 0 && { reasons: rounded(reasons) }),
      ...(shut.size > 0 && { shut: rounded(shut) }),
      ...(unheard.size > 0 && { unheard: rounded(unheard) }),
    };
  }

  private reckonTo(nowMs: number): void {
    for (;;) {
      const endMs = Math.min(this.spanStartMs + spanMs, nowMs);
      const seconds = (endMs - this.reckonedMs) / 1_000;
      if (seconds > 0) {
        for (const flow of this.flows) {
          add(flow.sums, flow.rates, seconds);
          const late = lateIn(flow.ended, this.reckonedMs, endMs);
          flow.late += late;
          if (!flow.isServed) continue;
          flow.savable.late += late;
          flow.savable.early += flow.rates.starting * seconds;
        }
      }
      this.reckonedMs = Math.max(endMs, this.reckonedMs);
      if (endMs < this.spanStartMs + spanMs) return;
      this.tell(endMs);
    }
  }

  /** Who is behind a Service now; those who wait for it hear of it. */
  private behind({ demand, opening }: Flow, network: Simulation['network']): Behind {
    const route = network.route({ host: demand.host, port: demand.port });
    const backends = 'backends' in route ? route.backends : [];
    const listening = backends.filter(({ ip }) => this.answers(ip));
    const { service, entrance } = demand;
    const lost = entrance === undefined ? 0 : lostAt(entrance, network, ip => this.answers(ip));
    const serving = lost === 1 ? 0 : listening.length;
    this.open(opening, { service, serving, replicas: replicasOf(demand) });
    const shut = { 'network policies': 0, mesh: 0 };
    const reached = backends.filter(backend => {
      const by = network.shutBy(backend);
      if (by !== undefined) shut[by]++;
      return by === undefined;
    });
    return { backends, listening, reached, shut, lost };
  }

  /** What comes of the requests of a Service from now on. */
  private divide(flow: Flow, { backends, listening, reached, shut, lost }: Behind): void {
    const { demand } = flow;
    const serving = reached.filter(({ ip }) => this.answers(ip));
    const isLimited = listening.every(({ ip }) => this.servers.get(ip)?.[0]?.use !== undefined);
    const offered = demand.isEntrance ? this.enteringAt(demand.service) : this.offeredTo(flow);
    const passed = offered * (1 - lost);
    const silent = reached.filter(({ ip }) => !this.servers.has(ip));
    const retries = demand.entrance?.retries;
    const hasProxy = (ip: string) => this.simulation?.network.hasProxyAt(ip) === true;
    const again = silent.filter(({ ip }) => isTriedAgain(retries, hasProxy(ip)));
    const left = silent.filter(one => !again.includes(one));
    const shares = sharesOf(backends.length, again.length, retries);
    const each = passed * shares.other;
    const eachLost = passed * shares.lost;
    const served = isLimited ? Math.min(each, capacityPerSecond) : each;
    const news = [this.news.of(left, each), this.news.of(again, eachLost)];
    flow.ended = news.flatMap(({ ended }) => ended);
    flow.isServed = serving.length > 0;
    flow.rates = {
      ...ratesOf({ each, eachLost, served, offered, passed }, { left, again, serving, reached }),
      starting: news.reduce((sum, { startingPerSecond }) => sum + startingPerSecond, 0),
      noEndpoint: backends.length === 0 ? passed : 0,
      dropped: each * shut['network policies'],
      denied: each * shut.mesh,
      capacity: isLimited ? listening.length * capacityPerSecond : Infinity,
    };
    flow.shares = new Map(serving.map(({ ip }) => [ip, served]));
  }

  private offeredTo({ demand, opening }: Flow): number {
    const wanted = replicasOf(demand) * (demand.route?.share ?? 1) * this.factor;
    return opening.isLive ? perReplicaPerSecond * wanted : 0;
  }

  /** All that comes to a gateway. */
  private enteringAt(service: string): number {
    const behind = this.flows.filter(({ demand }) => demand.entrance?.service === service);
    return behind.reduce((sum, flow) => sum + this.offeredTo(flow), 0);
  }

  /** Whether a program listens there whose node is not down. */
  private answers(ip: string): boolean {
    const [server] = this.servers.get(ip) ?? [];
    return server !== undefined && !this.trouble.downNodes.has(server.node);
  }

  private open(
    opening: Opening,
    now: { readonly service: string; readonly serving: number; readonly replicas: number },
  ): void {
    const nowMs = this.simulation?.loop.now() ?? 0;
    opening.serving.set(now.service, now.serving);
    if (now.serving > 0) opening.servedMs = Math.min(opening.servedMs, nowMs);
    const all = [...opening.serving.values()].reduce((sum, count) => sum + count, 0);
    opening.isLive ||= all >= now.replicas || nowMs - opening.servedMs >= openingMs;
  }

  /** What servers serve, they use the CPU for. */
  private load(): void {
    const rates = new Map<string, number>();
    for (const { shares } of this.flows) {
      for (const [ip, rate] of shares) rates.set(ip, (rates.get(ip) ?? 0) + rate);
    }
    for (const [ip, [server]] of this.servers) {
      const share = ((rates.get(ip) ?? 0) / perReplicaPerSecond) * usualShare;
      server?.use?.(Math.round(server.requestMillis * Math.min(share, 1)));
    }
  }

  private tell(timeMs: number): void {
    const troubled = this.trouble.in(this.spanStartMs);
    for (const flow of this.flows) {
      const { sums, demand, opening, reset, late, savable } = flow;
      const failed = Object.entries({
        reset,
        refused: sums.refused,
        'timed out': sums.timedOut,
        'no endpoint': sums.noEndpoint,
        shed: sums.shed,
        'dropped by network policies': sums.dropped,
        'denied by the mesh': sums.denied,
        'lost at the gateway': sums.atGateway,
      });
      count(this.shut, shutKey('network policies', demand), sums.dropped);
      count(this.shut, shutKey('mesh', demand), sums.denied);
      // What comes to a gateway is counted behind it.
      if (!demand.isEntrance) {
        this.offered += sums.offered;
        for (const [reason, times] of failed) {
          this.failed += times;
          count(this.reasons, reason, times);
        }
      }
      if (opening.isLive) {
        const { service, lacksHook, lacksProbe } = demand;
        const isJudged = troubled.afterFault === undefined;
        if (isJudged && lacksHook) count(this.unheard, `ended: ${service}`, savable.late);
        if (isJudged && lacksProbe) count(this.unheard, `starting: ${service}`, savable.early);
        this.outcomes.push({
          kind: 'requests',
          timeMs,
          spanMs: timeMs - this.spanStartMs,
          service: demand.service,
          offered: Math.round(sums.offered),
          finished: Math.round(sums.finished),
          failed: wholeOnes(failed),
          // Whole ones, and rather more than fewer: what is left of the lost has no such excuse.
          unheard: { ended: Math.ceil(late), starting: Math.ceil(sums.starting) },
          capacity: Math.round(sums.capacity),
          ...troubled,
        });
      }
      flow.sums = { ...stillRates };
      flow.reset = 0;
      flow.late = 0;
      Object.assign(savable, { late: 0, early: 0 });
    }
    if (this.outcomes.length > spansMax) this.outcomes = this.outcomes.slice(spansMax / 2);
    this.spanStartMs = timeMs;
  }
}

function wholeOnes(counts: readonly (readonly [string, number])[]): Record<string, number> {
  const whole = counts.map(([name, times]) => [name, Math.round(times)] as const);
  return Object.fromEntries(whole.filter(([, times]) => times > 0));
}

function shutKey(by: ShutBy, { service }: Demand): string {
  return `${by}: ${service}`;
}

/** Those to whom requests go, those of them who listen, and those to whom policies let somebody through. */
interface Behind {
  readonly backends: readonly { readonly ip: string }[];
  readonly listening: readonly { readonly ip: string }[];
  readonly reached: readonly { readonly ip: string }[];
  /** How many of them let nobody in, by who says so. */
  readonly shut: Readonly<Record<ShutBy, number>>;
  /** The part of the requests that a gateway before them does not pass on. */
  readonly lost: number;
}

const nobody: Behind = {
  ...{ backends: [], listening: [], reached: [] },
  shut: { 'network policies': 0, mesh: 0 },
  lost: 0,
};

/** As many as the traffic is made for. */
function replicasOf({ route, replicas }: Demand): number {
  return route?.replicas ?? replicas;
}

/** What opens together. */
function groupOf({ service, route }: Demand): string {
  return route === undefined ? `service ${service}` : `route ${route.name}`;
}
