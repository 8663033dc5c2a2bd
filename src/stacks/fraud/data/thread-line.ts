/**
 * The line to the thread that makes payments and works out traffic. Orders are obeyed one by one; most
 * are to work out a window, and cost no message: they lie in shared memory, as what is told does.
 */
import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { invariant } from '../../../../sim/engine/invariant.js';
import type { EnginePlan, ServedReplica } from '../../../traffic/flow/engine.js';
import { stretchesBehind } from '../../../traffic/flow/later.js';
import type { RunSettings } from '../../../traffic/flow/run-settings.js';

/** The settings of the traffic that can be sent: those that are no functions. */
export type SentSettings = Omit<
  RunSettings,
  'arrivals' | 'onSampleArrival' | 'onSampleLost' | 'engine'
>;

/** What the thread is asked, besides to work out a window. */
export type ThreadOrder =
  | { readonly kind: 'begin'; readonly nowMs: number }
  | { readonly kind: 'catch up' | 'go live'; readonly nowMs: number }
  | {
      readonly kind: 'flow';
      readonly settings: SentSettings;
      readonly originMs: number;
      readonly origin: { readonly seed: number; readonly name: string };
    }
  | { readonly kind: 'model'; readonly version: string; readonly text: string | undefined }
  | { readonly kind: 'add replica'; readonly replica: ServedReplica }
  | { readonly kind: 'add gateway'; readonly id: number; readonly hearsWork: boolean }
  | {
      readonly kind: 'remove gateway' | 'drain' | 'is leaving' | 'lose';
      readonly id: number;
    }
  | { readonly kind: 'replan'; readonly plan: EnginePlan }
  | { readonly kind: 'stop' | 'finish' | 'status' | 'answers' | 'columns' | 'series' }
  | { readonly kind: 'end' };

/**
 * What is told is kept in stretches, one after another: the one that was taken last may be read while
 * those after it wait and the next one is written.
 */
export const stretches = stretchesBehind + 2;

/** An answer, what was told and found no room, or what went wrong. */
export type ThreadMessage =
  | { readonly kind: 'answer'; readonly answer: unknown }
  | { readonly kind: 'told'; readonly stretch: number; readonly numbers: Float64Array }
  | { readonly kind: 'error'; readonly error: unknown };

/** What both ends share. */
export interface SharedLine {
  /** Counts and flags by `place`. */
  readonly control: Int32Array;
  /**
   * By the number of the order, modulo its length: until when to work out, that there is a message
   * (NaN), or that a stretch ends (-1).
   */
  readonly orders: Float64Array;
  /** By stretch: what was told and has not been taken yet. */
  readonly told: readonly Float64Array[];
  readonly port: MessagePort;
}

/**
 * Places in `control`: orders given and obeyed, a failure, how the thread rests, how many orders must be
 * obeyed for who waits (0: nobody does); then by stretch the numbers told, and the messages with more.
 */
export const place = {
  given: 0,
  obeyed: 1,
  failed: 2,
  rests: 3,
  waits: 4,
  told: 5,
  spilled: 5 + stretches,
} as const;
/** How the thread rests: one that naps looks again by itself, one that sleeps must be woken. */
export const rest = { none: 0, naps: 1, sleeps: 2 } as const;
/** The order that ends a stretch. */
export const stretchEnds = -1;

const ordersMax = 64;
const placesMax = 5 + 2 * stretches;
/** A megabyte: a window tells some hundred numbers. */
const toldMax = 131_072;
/** A thread that is silent for so long is not there any more. */
const silenceMaxMs = 120_000;
/**
 * Looks before it sleeps, some microseconds. Who looks longer keeps a core that the thread could have: there
 * are two, and V8's compiler wants one of them.
 */
const looksMax = 2000;

/** The end that gives orders. */
export class ThreadLine {
  readonly shared: SharedLine;
  private readonly port: MessagePort;
  private given = 0;
  private isClosed = false;
  /** So many stretches have ended. */
  private ended = 0;
  /** By stretch: the number of the order that ended it. */
  private readonly ends: number[] = Array.from({ length: stretches }, () => 0);
  /** By stretch: what found no room and has been received. */
  private readonly spilled: Float64Array[][] = Array.from({ length: stretches }, () => []);

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    // It must not keep the process alive.
    port1.unref();
    const doubles = (length: number): Float64Array =>
      new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
    this.shared = {
      control: new Int32Array(new SharedArrayBuffer(placesMax * Int32Array.BYTES_PER_ELEMENT)),
      orders: doubles(ordersMax),
      told: Array.from({ length: stretches }, () => doubles(toldMax)),
      port: port2,
    };
  }

  /** Gives an order and does not wait; without effect once the line is closed. */
  order(order: ThreadOrder): void {
    if (this.isClosed) return;
    this.port.postMessage(order);
    this.give(NaN);
  }

  /** Has a span worked out some time: it is begun once the stretch ends, or something is asked. */
  advance(untilMs: number): void {
    this.give(untilMs);
  }

  /** Gives an order, and waits for its answer, whose shape is that of the order. */
  ask<T>(order: ThreadOrder): T {
    this.order(order);
    this.settle(this.given);
    for (;;) {
      const message = this.receive();
      if (message.kind === 'answer') return message.answer as T;
    }
  }

  /**
   * Ends a stretch; gives what one told that ended before, which has had the time of some for it. It
   * stands until the next call.
   */
  take(): readonly Float64Array[] {
    const { control, told } = this.shared;
    const due = (this.ended - stretchesBehind + stretches) % stretches;
    this.settle(this.ends[due] as number);
    const parts: Float64Array[] = [];
    const count = control[place.told + due] as number;
    if (count > 0) parts.push((told[due] as Float64Array).subarray(0, count));
    const spilled = this.spilled[due] as Float64Array[];
    while (spilled.length < (control[place.spilled + due] as number)) this.receive();
    parts.push(...spilled.splice(0));
    control[place.told + due] = 0;
    control[place.spilled + due] = 0;
    this.give(stretchEnds);
    this.ends[this.ended % stretches] = this.given;
    this.ended++;
    // Waking costs a tenth of a millisecond: one that naps is in time by itself, unless its nap is long.
    const rests = Atomics.load(control, place.rests);
    if (rests === rest.sleeps || (rests === rest.naps && this.isLate())) this.wake();
    return parts;
  }

  /** Whether what must be told at the end of the next stretch is not worked out yet. */
  private isLate(): boolean {
    const due = (this.ended - stretchesBehind + stretches) % stretches;
    return Atomics.load(this.shared.control, place.obeyed) < (this.ends[due] as number);
  }

  close(): void {
    this.order({ kind: 'end' });
    this.settle(this.given);
    this.isClosed = true;
    this.port.close();
  }

  private give(order: number): void {
    const { control, orders } = this.shared;
    if (this.given - Atomics.load(control, place.obeyed) >= ordersMax) this.settle(this.given);
    orders[this.given % ordersMax] = order;
    Atomics.store(control, place.given, ++this.given);
  }

  /** Has the thread begin what it was ordered, where it would sleep on. */
  wake(): void {
    const { control } = this.shared;
    if (Atomics.load(control, place.rests) !== rest.none) Atomics.notify(control, place.given);
  }

  /** Waits until so many orders are obeyed. */
  private settle(orders: number): void {
    const { control } = this.shared;
    for (let looks = 0; ; looks++) {
      const obeyed = Atomics.load(control, place.obeyed);
      if (Atomics.load(control, place.failed) !== 0) this.fail();
      if (obeyed >= orders) return;
      if (looks === 0) this.wake();
      if (looks < looksMax) continue;
      Atomics.store(control, place.waits, orders);
      const waited = Atomics.wait(control, place.obeyed, obeyed, silenceMaxMs);
      Atomics.store(control, place.waits, 0);
      invariant(waited !== 'timed-out', 'the thread of the traffic answers');
    }
  }

  private fail(): never {
    for (;;) {
      const message = this.receive();
      if (message.kind === 'error') throw message.error;
    }
  }

  /** The next message; what was told is put to its stretch. */
  private receive(): ThreadMessage {
    const received = receiveMessageOnPort(this.port);
    invariant(received !== undefined, 'what was announced is there');
    // The thread's file says what it sends.
    const message = received.message as ThreadMessage;
    if (message.kind === 'told') this.spilled[message.stretch]?.push(message.numbers);
    return message;
  }
}
