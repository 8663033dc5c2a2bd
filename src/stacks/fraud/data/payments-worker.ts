/**
 * The thread that makes the payments and the arrivals of a run ahead of time, and works out its traffic
 * while the other thread lives the cluster.
 */
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { invariant } from '../../../../sim/engine/invariant.js';
import { Random } from '../../../../sim/engine/random.js';
import type { Arrivals } from '../../../traffic/flow/contract.js';
import { FlowRun } from '../../../traffic/flow/run.js';
import type { FraudSettings } from '../plan.js';
import { planOf } from '../plan-of.js';
import { PaymentGatherer } from './payment-block.js';
import { arrivalsOf, worldOf } from './payments.js';
import { sentSeries } from './sent-series.js';
import {
  place,
  rest,
  stretchEnds,
  stretches,
  type SharedLine,
  type ThreadMessage,
  type ThreadOrder,
} from './thread-line.js';
import { ThreadScores } from './thread-scores.js';
import { ToldWriter } from './told-numbers.js';
import { WindowsAhead } from './windows-ahead.js';

/** What the thread is made with. */
export interface PaymentsBrief {
  readonly settings: FraudSettings;
  /** The stream of the stack. */
  readonly origin: Random['origin'];
  readonly windowMs: number;
  readonly line: SharedLine;
}

/** About what a stretch takes the thread that lives the cluster: three of them pass before one is told. */
const napMs = 1;
/** After so many naps without an order nobody is in a hurry. */
const napsMax = 32;

class PaymentsThread {
  private readonly gatherer = new PaymentGatherer();
  private readonly world;
  private readonly arrivals: Arrivals;
  private readonly sampleEvery: number;
  private readonly span;
  private ahead: WindowsAhead | undefined;
  private stretch = 0;
  private readonly scores = new ThreadScores();
  private readonly writer = new ToldWriter(arrival => this.windows().payment(arrival), this.scores);
  private run: FlowRun | undefined;
  private obeyed = 0;
  private isOver = false;

  constructor(private readonly brief: PaymentsBrief) {
    const plan = planOf(brief.settings);
    const random = new Random(brief.origin.seed, brief.origin.name);
    this.world = worldOf(plan, random, this.gatherer);
    this.arrivals = arrivalsOf(plan, random);
    this.sampleEvery = plan.sampleEvery;
    this.span = plan.span;
  }

  /** Obeys orders; while there is none it works ahead, and rests when that is done. */
  live(): void {
    const { control } = this.brief.line;
    while (!this.isOver) {
      const given = Atomics.load(control, place.given);
      if (given !== this.obeyed) this.next();
      else if (this.ahead?.make() !== true) this.rest(given);
    }
  }

  /** Naps while traffic flows: to be woken would cost who wakes it more. Else it sleeps. */
  private rest(given: number): void {
    for (let naps = 0; this.run !== undefined && naps < napsMax; naps++) {
      if (this.wait(given, rest.naps, napMs) !== 'timed-out') return;
    }
    this.wait(given, rest.sleeps, Infinity);
  }

  /** Who wakes it looks whether it rests: it says so before it looks for orders once more. */
  private wait(given: number, how: number, forMs: number): ReturnType<typeof Atomics.wait> {
    const { control } = this.brief.line;
    Atomics.store(control, place.rests, how);
    const ended = Atomics.wait(control, place.given, given, forMs);
    Atomics.store(control, place.rests, rest.none);
    return ended;
  }

  private next(): void {
    const { control, orders, port } = this.brief.line;
    const untilMs = orders[this.obeyed % orders.length] as number;
    if (Number.isNaN(untilMs)) {
      // Who gives orders sends a message for each that is one.
      const order = receiveMessageOnPort(port)?.message as ThreadOrder;
      const answer = this.obey(order);
      if (answer !== undefined) this.send({ kind: 'answer', answer });
    } else if (untilMs === stretchEnds) this.endStretch();
    else this.flow().advance(untilMs);
    this.tell();
    Atomics.store(control, place.obeyed, ++this.obeyed);
    // A hundred thousand times a day nobody waits; who does is woken once, by the order that it waits for.
    const awaited = Atomics.load(control, place.waits);
    if (awaited !== 0 && this.obeyed >= awaited) Atomics.notify(control, place.obeyed);
  }

  /** Does what is asked; undefined: nobody waits for an answer. */
  private obey(order: ThreadOrder): unknown {
    switch (order.kind) {
      case 'begin':
        this.world.begin(order.nowMs);
        this.world.prepare();
        return undefined;
      case 'catch up':
        this.world.catchUp(order.nowMs);
        return this.gatherer.take();
      case 'go live':
        return this.goLive(order.nowMs);
      case 'flow':
        this.beginFlow(order);
        return undefined;
      case 'model':
        this.scores.serve(order.version, order.text);
        return undefined;
      case 'end':
        this.isOver = true;
        return undefined;
      default:
        return this.steer(this.flow(), order);
    }
  }

  private steer(run: FlowRun, order: FlowOrder): unknown {
    switch (order.kind) {
      case 'add replica':
        this.scores.replica(order.replica.id, order.replica.revision);
        return run.addReplica(order.replica);
      case 'add gateway':
        return run.addGateway(order);
      case 'remove gateway':
        return run.removeGateway(order.id);
      case 'drain':
        return run.drain(order.id);
      case 'is leaving':
        return run.isLeaving(order.id);
      case 'lose':
        return run.lose(order.id);
      case 'replan':
        return run.replan(order.plan);
      case 'stop':
        return run.stop();
      case 'finish':
        return run.finish();
      case 'status':
        return run.status();
      case 'answers':
        return run.answers();
      case 'columns':
        return run.series().columns();
      case 'series':
        return sentSeries(run.series());
    }
  }

  private goLive(nowMs: number): unknown {
    const { world, gatherer, arrivals, sampleEvery } = this;
    world.goLive(nowMs);
    const history = gatherer.take();
    const { windowMs } = this.brief;
    const { untilMs } = this.span;
    const parts = { world, gatherer, arrivals, sampleEvery, windowMs, untilMs };
    this.ahead = new WindowsAhead(parts, nowMs);
    return history;
  }

  private beginFlow({ settings, originMs, origin }: Extract<ThreadOrder, { kind: 'flow' }>): void {
    const windows = this.windows();
    const random = new Random(origin.seed, origin.name);
    // Each sample is told, so that its payment is.
    const onSampleArrival = (): void => undefined;
    const own = { arrivals: windows, onSampleArrival, tellsAfter: 0 };
    const sink = this.writer;
    this.run = new FlowRun({ settings: { ...settings, ...own }, originMs, random, sink });
  }

  private endStretch(): void {
    const { run } = this;
    if (run !== undefined) this.writer.answers(run.answers());
    this.tell();
    this.stretch = (this.stretch + 1) % stretches;
  }

  /** Puts what was told where it is taken. */
  private tell(): void {
    const { control, told } = this.brief.line;
    const { stretch } = this;
    const numbers = this.writer.take();
    if (numbers.length === 0) return;
    const count = control[place.told + stretch] as number;
    const spilled = control[place.spilled + stretch] as number;
    const room = told[stretch] as Float64Array;
    if (spilled === 0 && count + numbers.length <= room.length) {
      room.set(numbers, count);
      control[place.told + stretch] = count + numbers.length;
      return;
    }
    control[place.spilled + stretch] = spilled + 1;
    this.send({ kind: 'told', stretch, numbers: numbers.slice() });
  }

  private send(message: ThreadMessage): void {
    this.brief.line.port.postMessage(message);
  }

  private windows(): WindowsAhead {
    invariant(this.ahead !== undefined, 'traffic begins once payments are live');
    return this.ahead;
  }

  private flow(): FlowRun {
    invariant(this.run !== undefined, 'the traffic has begun');
    return this.run;
  }
}

type FlowOrder = Exclude<
  ThreadOrder,
  { kind: 'begin' | 'end' } | { kind: 'catch up' | 'go live' } | { kind: 'flow' | 'model' }
>;

// Whoever starts this thread gives it its brief.
const brief = workerData as PaymentsBrief;
const { control, port } = brief.line;
try {
  new PaymentsThread(brief).live();
} catch (error) {
  port.postMessage({ kind: 'error', error } satisfies ThreadMessage);
  Atomics.store(control, place.failed, 1);
  // Who is about to wait for the order that failed sees that it is over.
  Atomics.add(control, place.obeyed, 1);
  Atomics.notify(control, place.obeyed);
}
port.close();
