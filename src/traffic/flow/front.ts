/**
 * The traffic's side in the cluster: knows who has registered and where the network leads, asks the
 * engine to work out windows, and passes on what it tells.
 */
import type { FlowCluster, Gateway, GatewayAnswers, Replica } from './contract.js';
import type { EnginePlan, FlowEngine, FlowSink } from './engine.js';
import { GatewayCounters, noAnswers } from './gateway-counters.js';
import { stretchesBehind } from './later.js';
import type { OutcomeSeries } from './outcome.js';
import { planOf } from './plan.js';
import type { RunSettings } from './run-settings.js';
import { FlowRun } from './run.js';

/** A replica that has registered. */
export interface FrontReplica {
  readonly id: number;
  readonly replica: Replica;
  /** It takes new requests. */
  accepts: boolean;
  /** Runs when the last request is answered. */
  onDrained?: () => void;
}

interface FrontGateway {
  readonly id: number;
  readonly gateway: Gateway;
  readonly counters: GatewayCounters;
}

/** Traffic as the cluster sees it; times are in ms since its start. */
export class FlowFront {
  nowMs = 0;
  private readonly engine: FlowEngine;
  private readonly gateways = new Map<string, FrontGateway>();
  private readonly gatewaysById = new Map<number, Gateway>();
  private readonly replicas = new Map<number, FrontReplica>();
  private readonly addresses = new Map<string, FrontReplica>();
  private registered = 0;
  private gatewaysRegistered = 0;
  private shares: ReadonlyMap<Gateway, number> = new Map();
  private planVersion = NaN;
  private windowStartMs = 0;
  private isOpen = true;
  private windows = 0;
  /** Those that take no new requests and have some. */
  private readonly draining = new Set<FrontReplica>();
  /** What the gateways had answered when it was told last. */
  private toldAnswers = noAnswers;

  constructor(
    private readonly cluster: FlowCluster,
    private readonly settings: RunSettings,
    originMs: number,
  ) {
    const brief = { settings, originMs, random: cluster.random, sink: this.sink() };
    this.engine = settings.engine?.(brief) ?? new FlowRun(brief);
    this.replan();
  }

  get series(): OutcomeSeries {
    return this.engine.series();
  }

  status(): ReturnType<FlowEngine['status']> {
    return this.engine.status();
  }

  addReplica(replica: Replica): FrontReplica {
    const id = this.registered++;
    const front: FrontReplica = { id, replica, accepts: true };
    const { server, revision, onWork, onSample } = replica;
    const hears = { work: onWork !== undefined, samples: onSample !== undefined };
    this.engine.addReplica({ id, server, revision, hears });
    this.replicas.set(id, front);
    this.addresses.set(addressOf(replica), front);
    this.replan();
    return front;
  }

  addGateway(gateway: Gateway): void {
    const id = this.gatewaysRegistered++;
    const key = addressOf(gateway);
    const before = this.gateways.get(key);
    if (before !== undefined) this.engine.removeGateway(before.id);
    this.engine.addGateway({ id, hearsWork: gateway.onWork !== undefined });
    this.gatewaysById.set(id, gateway);
    this.gateways.set(key, {
      id,
      gateway,
      counters: new GatewayCounters(() => this.answers()),
    });
    this.replan();
  }

  /** What a gateway has answered. */
  answeredBy(gateway: Gateway): GatewayAnswers | undefined {
    const share = this.shares.get(gateway) ?? 0;
    return this.gateways.get(addressOf(gateway))?.counters.take(share);
  }

  removeGateway(gateway: Gateway): void {
    const key = addressOf(gateway);
    const known = this.gateways.get(key);
    if (known?.gateway === gateway) {
      this.gateways.delete(key);
      this.engine.removeGateway(known.id);
    }
    this.replan();
  }

  /** It takes no new requests from now on; `then` runs once it has answered those that it has. */
  drain(front: FrontReplica, then: () => void): void {
    this.close(front);
    this.engine.drain(front.id);
    if (!this.engine.isLeaving(front.id)) return then();
    front.onDrained = then;
    this.draining.add(front);
  }

  /** It is gone, with all that it had. */
  lose(front: FrontReplica): void {
    this.close(front);
    this.engine.lose(front.id);
    this.draining.delete(front);
  }

  private close(front: FrontReplica): void {
    front.accepts = false;
    const key = addressOf(front.replica);
    if (this.addresses.get(key) === front) this.addresses.delete(key);
    this.replan();
  }

  /** No more arrivals. */
  stop(): void {
    this.isOpen = false;
    this.engine.stop();
  }

  /** The traffic is over, and all is told. */
  finish(): void {
    for (let stretch = 0; stretch <= stretchesBehind; stretch++) this.engine.told()();
    this.engine.finish();
  }

  /** How many take requests. */
  get taking(): { readonly replicas: number; readonly gateways: number } {
    return { replicas: this.addresses.size, gateways: this.gateways.size };
  }

  /** Whether requests still arrive, or are under way. */
  get isBusy(): boolean {
    return this.isOpen || this.engine.status().inFlight > 0;
  }

  /** Works out what happens up to a time, which lies in the window under way. */
  advance(untilMs: number): void {
    if (untilMs <= this.nowMs) return;
    this.engine.advance(untilMs);
    this.nowMs = untilMs;
    if (untilMs - this.windowStartMs >= this.settings.windowMs) this.endWindow();
    if (this.planVersion !== this.cluster.network.version) this.replan();
  }

  private endWindow(): void {
    this.windowStartMs = this.nowMs;
    const { tellsAfter = 0 } = this.settings;
    if (tellsAfter > 0 && ++this.windows % tellsAfter === 0) this.engine.told()();
    for (const front of this.draining) {
      if (this.engine.isLeaving(front.id)) continue;
      this.draining.delete(front);
      front.onDrained?.();
    }
  }

  /**
   * The paths as of now. It is done when a gateway or a replica has changed, and when the network
   * has, at the end of a window: so that policies and kube-proxy's endpoints act a window late at most.
   */
  replan(): void {
    const { network } = this.cluster;
    this.planVersion = network.version;
    const gateways = new Map<string, Gateway>();
    for (const [key, { gateway }] of this.gateways) gateways.set(key, gateway);
    const { hostname = '', path = '/' } = this.settings.request ?? {};
    const plan = planOf({
      network,
      entry: this.settings.gateway,
      request: { hostname, path },
      gateways,
      replicas: this.addresses,
    });
    this.shares = plan.gatewayShares;
    this.engine.replan(this.numbered(plan));
  }

  private numbered({ books, paths, gatewayShares }: ReturnType<typeof planOf<FrontReplica>>) {
    const shares: [number, number][] = [];
    for (const { id, gateway } of this.gateways.values()) {
      shares.push([id, gatewayShares.get(gateway) ?? 0]);
    }
    const numbered: EnginePlan = {
      books,
      paths: paths.map(({ share, book, to }) => ({
        share,
        book,
        to: 'replica' in to ? { replica: to.replica.id } : to,
      })),
      gatewayShares: shares,
      taking: this.addresses.size,
    };
    return numbered;
  }

  /** Whether what gateways have answered is known up to now, and not as it was told. */
  get answersAtOnce(): boolean {
    return (this.settings.tellsAfter ?? 0) === 0;
  }

  private answers(): GatewayAnswers {
    return this.answersAtOnce ? this.engine.answers() : this.toldAnswers;
  }

  private sink(): FlowSink {
    const { onSampleArrival, onSampleLost } = this.settings;
    return {
      arrival: arrival => onSampleArrival?.(arrival),
      lost: (arrival, reason) => onSampleLost?.({ ...arrival, reason }),
      answered: (id, { ordinal, arrival, timeMs, latencyMs, score }) => {
        const replica = this.replicas.get(id)?.replica;
        // Spelled out: a million samples are told, and spreading costs ten times as much.
        replica?.onSample?.({
          ordinal,
          arrival,
          timeMs,
          latencyMs,
          score,
          revision: replica.revision,
          replica: replica.pod.metadata.name ?? '',
        });
      },
      replicaWork: (id, work) => this.replicas.get(id)?.replica.onWork?.(work),
      gatewayWork: (id, work) => this.gatewaysById.get(id)?.onWork?.(work),
      answers: answers => {
        this.toldAnswers = answers;
      },
    };
  }
}

function addressOf({ ip, port }: { readonly ip: string; readonly port: number }): string {
  return `${ip}:${port}`;
}
