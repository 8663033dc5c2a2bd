/** Traffic under way: works out window after window, at the level that its rate allows. */
import { FastRandom } from '../../../sim/workloads/serving/fast-random.js';
import { capacityPerSecond } from '../../../sim/workloads/serving/settings.js';
import type { FlowCluster, Gateway, GatewayAnswers, Replica } from './contract.js';
import { CountWindows } from './count-windows.js';
import { GatewayCounters } from './gateway-counters.js';
import { Ledger, type RevisionBook } from './ledger.js';
import { planOf, type Plan } from './plan.js';
import { ReplicaState } from './replica-state.js';
import { RequestWindows } from './request-windows.js';
import type { RunSettings } from './run-settings.js';
import { Settlement } from './settle.js';
import { Spread } from './spread.js';
import { ArrivalStream } from './stream.js';
import { WorkMeter } from './work-meter.js';

/** What laws hear of is told so often. */
const spanMs = 60_000;

/** A gateway, and what it has carried. */
interface GatewayState {
  readonly gateway: Gateway;
  readonly meter: WorkMeter;
  readonly counters: GatewayCounters;
  carried: number;
}

/** Traffic since its start; times are in ms since then. */
export class FlowRun {
  readonly ledger: Ledger;
  nowMs = 0;
  /** Arrivals a second in the last whole window. */
  offeredPerSecond = 0;
  private readonly settlement: Settlement;
  private readonly requests: RequestWindows;
  private readonly counts: CountWindows;
  private readonly stream: ArrivalStream;
  private readonly gateways = new Map<string, GatewayState>();
  /** Those that take requests or still have some. */
  private readonly replicas = new Set<ReplicaState>();
  private readonly addresses = new Map<string, ReplicaState>();
  private registered = 0;
  private plan: Plan = { paths: [], gatewayShares: new Map() };
  private spread = new Spread([]);
  private planVersion = NaN;
  private isPerBatch = false;
  private isOpen = true;
  private windowStartMs = 0;
  private windowOffered = 0;
  private spanStartMs = 0;

  constructor(
    private readonly cluster: FlowCluster,
    private readonly settings: RunSettings,
    private readonly originMs: number,
  ) {
    const { timeoutMs, networkMs, rowMs, windowMs, arrivals } = settings;
    const streamOf = (name: string) => new FastRandom(cluster.random.fork(`traffic/${name}`));
    this.ledger = new Ledger(originMs, rowMs, { deadlineMs: timeoutMs, wayMs: networkMs });
    this.settlement = new Settlement(settings, originMs, streamOf('retries'));
    this.stream = new ArrivalStream(arrivals, originMs, windowMs);
    const tools = { settings, originMs, ledger: this.ledger, settlement: this.settlement };
    const ways = streamOf('ways');
    this.requests = new RequestWindows({ ...tools, stream: this.stream, random: ways });
    this.counts = new CountWindows({ ...tools, stream: this.stream, random: ways });
    this.replan();
  }

  addReplica(replica: Replica): ReplicaState {
    const random = this.cluster.random.fork(`traffic/replica ${this.registered++}`);
    const { timeoutMs, networkMs } = this.settings;
    const state = new ReplicaState(replica, random, {
      deadlineMs: timeoutMs - networkMs,
      nowMs: this.nowMs,
    });
    this.replicas.add(state);
    this.addresses.set(addressOf(replica), state);
    if (this.isPerBatch) this.levelOf(state);
    this.replan();
    return state;
  }

  addGateway(gateway: Gateway): void {
    const meter = new WorkMeter(this.nowMs, 1, gateway);
    const counters = new GatewayCounters(this.ledger);
    this.gateways.set(addressOf(gateway), { gateway, meter, counters, carried: 0 });
    this.replan();
  }

  /** What a gateway has answered. */
  answeredBy(gateway: Gateway): GatewayAnswers | undefined {
    const share = this.plan.gatewayShares.get(gateway) ?? 0;
    return this.gateways.get(addressOf(gateway))?.counters.take(share);
  }

  removeGateway(gateway: Gateway): void {
    const key = addressOf(gateway);
    if (this.gateways.get(key)?.gateway === gateway) this.gateways.delete(key);
    this.replan();
  }

  /** It takes no new requests from now on; `then` runs once it has answered those that it has. */
  drain(state: ReplicaState, then: () => void): void {
    this.close(state);
    if (state.inFlight > 0) {
      state.onDrained = then;
      return;
    }
    this.replicas.delete(state);
    then();
  }

  private close(state: ReplicaState): void {
    state.accepts = false;
    const key = addressOf(state.replica);
    if (this.addresses.get(key) === state) this.addresses.delete(key);
    this.replan();
  }

  /** It is gone, with all that it had. */
  lose(state: ReplicaState): void {
    this.close(state);
    this.replicas.delete(state);
    const book = state.book ?? this.ledger.book('');
    const { nowMs } = this;
    state.loseAll((timeMs, tag) => {
      this.settlement.fail(book, { timeMs, atMs: nowMs, tag, reason: 'reset' }, nowMs);
    }, nowMs);
  }

  /** No more arrivals. */
  stop(): void {
    this.isOpen = false;
  }

  /** Requests under way. */
  get inFlight(): number {
    let count = this.settlement.retries.pending;
    for (const state of this.replicas) count += state.inFlight;
    return count;
  }

  /** Whether there is anything to be worked out after the last arrival. */
  get isBusy(): boolean {
    return this.inFlight > 0;
  }

  /** The traffic is over. */
  finish(): void {
    if (this.nowMs > this.spanStartMs) this.endSpan();
    if (this.nowMs % this.settings.rowMs !== 0) this.endRow();
  }

  /** How many take requests. */
  get taking(): { readonly replicas: number; readonly gateways: number } {
    return { replicas: this.addresses.size, gateways: this.gateways.size };
  }

  /** Works out what happens up to a time, which lies in the window under way. */
  advance(untilMs: number): void {
    if (untilMs <= this.nowMs) return;
    if (this.nowMs === this.windowStartMs) this.beginWindow();
    const { nowMs, spread, isOpen } = this;
    const inFlightMax = this.settings.inFlightMax ?? Infinity;
    const span = {
      fromMs: nowMs,
      untilMs,
      inFlight: this.inFlight,
      isOpen,
      isDropped: inFlightMax < Infinity && this.inFlight >= inFlightMax,
      replicas: this.replicas,
    };
    const level = this.isPerBatch ? this.counts : this.requests;
    this.windowOffered += level.advance(span, spread);
    this.nowMs = untilMs;
    if (untilMs - this.windowStartMs >= this.settings.windowMs) this.endWindow();
    if (this.planVersion !== this.cluster.network.version) this.replan();
  }

  /** Ends the row under way. */
  endRow(): void {
    for (const { accepts, book } of this.replicas) {
      if (accepts && book !== undefined) book.row.replicas++;
    }
    this.ledger.endRow();
  }

  /** A whole window begins: one by one, or by counts? */
  private beginWindow(): void {
    const { perBatchAbove } = this.settings;
    const isPerBatch = this.offeredPerSecond > perBatchAbove * Math.max(1, this.addresses.size);
    if (isPerBatch === this.isPerBatch) return;
    this.isPerBatch = isPerBatch;
    for (const state of this.replicas) this.levelOf(state);
  }

  private levelOf(state: ReplicaState): void {
    const { nowMs, isPerBatch } = this;
    state.level(isPerBatch, nowMs, tag => this.settlement.answerUnmeasured(state, tag));
  }

  private endWindow(): void {
    const { nowMs, plan } = this;
    const { windowMs, rowMs } = this.settings;
    this.offeredPerSecond = (this.windowOffered * 1000) / windowMs;
    for (const state of this.gateways.values()) {
      state.carried += this.windowOffered * (plan.gatewayShares.get(state.gateway) ?? 0);
      state.meter.look(nowMs, () => ({ busyMs: 0, finished: state.carried }));
    }
    for (const state of this.replicas) {
      state.look(nowMs);
      if (state.onDrained === undefined || state.inFlight > 0) continue;
      this.replicas.delete(state);
      state.onDrained();
    }
    this.windowOffered = 0;
    this.windowStartMs = nowMs;
    if (nowMs - this.spanStartMs >= spanMs || nowMs % rowMs === 0) this.endSpan();
    if (nowMs % rowMs === 0) this.endRow();
  }

  private endSpan(): void {
    const { originMs, spanStartMs, nowMs } = this;
    const capacities = new Map<RevisionBook, number>();
    for (const { accepts, book, replica } of this.replicas) {
      if (!accepts || book === undefined) continue;
      capacities.set(book, (capacities.get(book) ?? 0) + capacityPerSecond(replica.server));
    }
    const span = { startMs: originMs + spanStartMs, endMs: originMs + nowMs };
    this.ledger.endSpan(span, capacities);
    this.spanStartMs = nowMs;
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
    this.plan = planOf({
      network,
      entry: this.settings.gateway,
      request: { hostname, path },
      gateways,
      replicas: this.addresses,
      book: name => this.ledger.book(name),
    });
    this.spread = new Spread(this.plan.paths);
    for (const { to, book } of this.plan.paths) {
      if ('replica' in to) to.replica.book ??= book;
    }
  }
}

function addressOf({ ip, port }: { readonly ip: string; readonly port: number }): string {
  return `${ip}:${port}`;
}
