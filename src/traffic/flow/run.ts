/** Traffic under way: works out window after window, at the level that its rate allows. */
import { invariant } from '../../../sim/engine/invariant.js';
import { FastRandom } from '../../../sim/workloads/serving/fast-random.js';
import { capacityPerSecond } from '../../../sim/workloads/serving/settings.js';
import type { GatewayAnswers, Work } from './contract.js';
import { CountWindows } from './count-windows.js';
import type {
  EngineBrief,
  EnginePlan,
  EngineStatus,
  FlowEngine,
  FlowSink,
  ServedReplica,
} from './engine.js';
import { answersOf } from './gateway-counters.js';
import { LaterTellings, nothing } from './later.js';
import { Ledger, type RevisionBook } from './ledger.js';
import type { OutcomeSeries } from './outcome.js';
import { ReplicaState } from './replica-state.js';
import { RequestWindows } from './request-windows.js';
import type { RunSettings } from './run-settings.js';
import { Settlement } from './settle.js';
import { Spread } from './spread.js';
import { ArrivalStream } from './stream.js';
import { WorkMeter } from './work-meter.js';

/** What laws hear of is told so often. */
const spanMs = 60_000;

/** What a gateway has carried. */
interface GatewayState {
  readonly meter: WorkMeter;
  carried: number;
}

/** The engine: traffic since its start; times are in ms since then. */
export class FlowRun implements FlowEngine {
  private readonly ledger: Ledger;
  private nowMs = 0;
  private offeredPerSecond = 0;
  private readonly settings: RunSettings;
  private readonly originMs: number;
  private readonly random: EngineBrief['random'];
  private readonly sink: FlowSink;
  private readonly later: LaterTellings | undefined;
  private readonly settlement: Settlement;
  private readonly requests: RequestWindows;
  private readonly counts: CountWindows;
  private readonly gateways = new Map<number, GatewayState>();
  /** Those that take requests or still have some. */
  private readonly replicas = new Set<ReplicaState>();
  private readonly byId = new Map<number, ReplicaState>();
  private gatewayShares: ReadonlyMap<number, number> = new Map();
  private taking = 0;
  private spread = new Spread([]);
  private isPerBatch = false;
  private isOpen = true;
  private windowStartMs = 0;
  private windowOffered = 0;
  private spanStartMs = 0;

  constructor({ settings, originMs, random, sink }: EngineBrief) {
    const { timeoutMs, networkMs, rowMs, windowMs, arrivals, tellsAfter = 0 } = settings;
    const streamOf = (name: string) => new FastRandom(random.fork(`traffic/${name}`));
    this.settings = settings;
    this.originMs = originMs;
    this.random = random;
    this.later = tellsAfter > 0 ? new LaterTellings(sink) : undefined;
    this.sink = this.later ?? sink;
    this.ledger = new Ledger(originMs, rowMs, { deadlineMs: timeoutMs, wayMs: networkMs });
    this.settlement = new Settlement(settings, originMs, streamOf('retries'), this.sink);
    const stream = new ArrivalStream(arrivals, originMs, windowMs);
    const tools = { settings, originMs, ledger: this.ledger, settlement: this.settlement };
    const ways = streamOf('ways');
    this.requests = new RequestWindows({ ...tools, stream, random: ways });
    this.counts = new CountWindows({ ...tools, stream, random: ways });
  }

  addReplica(replica: ServedReplica): void {
    const { id } = replica;
    const random = this.random.fork(`traffic/replica ${id}`);
    const { timeoutMs, networkMs } = this.settings;
    const onWork = (work: Work): void => this.sink.replicaWork(id, work);
    const state = new ReplicaState(replica, onWork, random, {
      deadlineMs: timeoutMs - networkMs,
      nowMs: this.nowMs,
    });
    this.replicas.add(state);
    this.byId.set(id, state);
    if (this.isPerBatch) this.levelOf(state);
  }

  addGateway({ id, hearsWork }: { readonly id: number; readonly hearsWork: boolean }): void {
    const onWork = (work: Work): void => this.sink.gatewayWork(id, work);
    const meter = new WorkMeter(this.nowMs, 1, hearsWork ? { onWork } : {});
    this.gateways.set(id, { meter, carried: 0 });
  }

  removeGateway(id: number): void {
    this.gateways.delete(id);
  }

  drain(id: number): void {
    const state = this.state(id);
    state.accepts = false;
    if (state.inFlight > 0) state.isLeaving = true;
    else this.forget(state);
  }

  isLeaving(id: number): boolean {
    return this.byId.has(id);
  }

  lose(id: number): void {
    const state = this.byId.get(id);
    // One that has drained has nothing to lose.
    if (state === undefined) return;
    state.accepts = false;
    this.forget(state);
    const book = state.book ?? this.ledger.book('');
    const { nowMs } = this;
    state.loseAll((timeMs, tag) => {
      this.settlement.fail(book, { timeMs, atMs: nowMs, tag, reason: 'reset' }, nowMs);
    }, nowMs);
  }

  private forget(state: ReplicaState): void {
    this.replicas.delete(state);
    this.byId.delete(state.replica.id);
  }

  private state(id: number): ReplicaState {
    const state = this.byId.get(id);
    invariant(state !== undefined, 'a replica that is spoken of is there');
    return state;
  }

  stop(): void {
    this.isOpen = false;
  }

  status(): EngineStatus {
    const { ledger, offeredPerSecond, inFlight } = this;
    const [p50Ms, p99Ms] = ledger.rowQuantiles([0.5, 0.99]);
    return { inFlight, offeredPerSecond, totals: ledger.totals(), p50Ms, p99Ms };
  }

  answers(): GatewayAnswers {
    return answersOf(this.ledger);
  }

  series(): OutcomeSeries {
    return this.ledger;
  }

  told(): () => void {
    if (this.later === undefined) return nothing;
    this.later.answers(this.answers());
    return this.later.take();
  }

  /** Requests under way. */
  private get inFlight(): number {
    let count = this.settlement.retries.pending;
    for (const state of this.replicas) count += state.inFlight;
    return count;
  }

  finish(): void {
    if (this.nowMs > this.spanStartMs) this.endSpan();
    if (this.nowMs % this.settings.rowMs !== 0) this.endRow();
  }

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
  }

  /** Ends the row under way. */
  private endRow(): void {
    for (const { accepts, book } of this.replicas) {
      if (accepts && book !== undefined) book.row.replicas++;
    }
    this.ledger.endRow();
  }

  /** A whole window begins: one by one, or by counts? */
  private beginWindow(): void {
    const { perBatchAbove } = this.settings;
    const isPerBatch = this.offeredPerSecond > perBatchAbove * Math.max(1, this.taking);
    if (isPerBatch === this.isPerBatch) return;
    this.isPerBatch = isPerBatch;
    for (const state of this.replicas) this.levelOf(state);
  }

  private levelOf(state: ReplicaState): void {
    const { nowMs, isPerBatch } = this;
    state.level(isPerBatch, nowMs, tag => this.settlement.answerUnmeasured(state, tag));
  }

  private endWindow(): void {
    const { nowMs, gatewayShares } = this;
    const { windowMs, rowMs } = this.settings;
    this.offeredPerSecond = (this.windowOffered * 1000) / windowMs;
    for (const [id, state] of this.gateways) {
      state.carried += this.windowOffered * (gatewayShares.get(id) ?? 0);
      state.meter.look(nowMs, () => ({ busyMs: 0, finished: state.carried }));
    }
    for (const state of this.replicas) {
      state.look(nowMs);
      if (state.isLeaving && state.inFlight === 0) this.forget(state);
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

  replan({ books, paths, gatewayShares, taking }: EnginePlan): void {
    this.taking = taking;
    this.gatewayShares = new Map(gatewayShares);
    for (const name of books) this.ledger.book(name);
    const known = paths.map(({ share, book, to }) => ({
      share,
      book: this.ledger.book(book),
      to: 'replica' in to ? { replica: this.state(to.replica) } : to,
    }));
    this.spread = new Spread(known);
    for (const { to, book } of known) {
      if ('replica' in to) to.replica.book ??= book;
    }
  }
}
