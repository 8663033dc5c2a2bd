/**
 * The line to the thread that makes payments and works out traffic. Orders are obeyed one by one; most
 * are to work out a window, and cost no message: they lie in shared memory, as what is told does.
 */
import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { invariant } from '../../../../sim/engine/invariant.js';
import type { EnginePlan, ServedReplica } from '../../../traffic/flow/engine.js';
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
  | { readonly kind: 'add replica'; readonly replica: ServedReplica }
  | { readonly kind: 'add gateway'; readonly id: number; readonly hearsWork: boolean }
  | { readonly kind: 'remove gateway' | 'drain' | 'lose'; readonly id: number }
  | { readonly kind: 'replan'; readonly plan: EnginePlan }
  | { readonly kind: 'stop' | 'finish' | 'status' | 'answers' | 'series' }
  | { readonly kind: 'end' };

/** An answer, what was told and found no room, or what went wrong. */
export type ThreadMessage =
  | { readonly kind: 'answer'; readonly answer: unknown }
  | { readonly kind: 'told'; readonly numbers: Float64Array }
  | { readonly kind: 'error'; readonly error: unknown };

/** What both ends share. */
export interface SharedLine {
  /** Counts and flags by `place`. */
  readonly control: Int32Array;
  /** By the number of the order, modulo its length: until when to work out; NaN: there is a message. */
  readonly orders: Float64Array;
  /** What was told and has not been taken yet. */
  readonly told: Float64Array;
  readonly port: MessagePort;
}

/** Places in `control`: orders given and obeyed, numbers told, messages with more of them, a failure. */
export const place = { given: 0, obeyed: 1, told: 2, spilled: 3, failed: 4 } as const;

const ordersMax = 64;
/** A megabyte: a window tells some hundred numbers. */
const toldMax = 131_072;
/** A thread that is silent for so long is not there any more. */
const silenceMaxMs = 120_000;
/** Looks before it sleeps: most answers are there sooner than a sleeper wakes. */
const looksMax = 2000;

/** The end that gives orders. */
export class ThreadLine {
  readonly shared: SharedLine;
  private readonly port: MessagePort;
  private given = 0;
  /** What found no room and came before an answer. */
  private spilled: Float64Array[] = [];

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    // It must not keep the process alive.
    port1.unref();
    this.shared = {
      control: new Int32Array(new SharedArrayBuffer(5 * Int32Array.BYTES_PER_ELEMENT)),
      orders: new Float64Array(new SharedArrayBuffer(ordersMax * Float64Array.BYTES_PER_ELEMENT)),
      told: new Float64Array(new SharedArrayBuffer(toldMax * Float64Array.BYTES_PER_ELEMENT)),
      port: port2,
    };
  }

  /** Gives an order and does not wait. */
  order(order: ThreadOrder): void {
    this.port.postMessage(order);
    this.give(NaN);
  }

  /** Has a span worked out, and does not wait. */
  advance(untilMs: number): void {
    this.give(untilMs);
  }

  /** Gives an order, and waits for its answer, whose shape is that of the order. */
  ask<T>(order: ThreadOrder): T {
    this.order(order);
    this.settle();
    for (;;) {
      const message = this.receive();
      if (message.kind === 'told') this.spilled.push(message.numbers);
      else if (message.kind === 'answer') return message.answer as T;
    }
  }

  /** Waits until all is obeyed, and takes what was told, piece by piece. */
  take(): readonly Float64Array[] {
    this.settle();
    const { control, told } = this.shared;
    const count = control[place.told] as number;
    if (count === 0) return [];
    const numbers = told.slice(0, count);
    control[place.told] = 0;
    const spills = control[place.spilled] as number;
    if (spills === 0) return [numbers];
    control[place.spilled] = 0;
    const { spilled } = this;
    this.spilled = [];
    while (spilled.length < spills) {
      const message = this.receive();
      if (message.kind === 'told') spilled.push(message.numbers);
    }
    return [numbers, ...spilled];
  }

  close(): void {
    this.order({ kind: 'end' });
    this.settle();
    this.port.close();
  }

  private give(order: number): void {
    const { control, orders } = this.shared;
    if (this.given - Atomics.load(control, place.obeyed) >= ordersMax) this.settle();
    orders[this.given % ordersMax] = order;
    Atomics.store(control, place.given, ++this.given);
    Atomics.notify(control, place.given);
  }

  private settle(): void {
    const { control } = this.shared;
    for (let looks = 0; ; looks++) {
      const obeyed = Atomics.load(control, place.obeyed);
      if (Atomics.load(control, place.failed) !== 0) this.fail();
      if (obeyed === this.given) return;
      if (looks < looksMax) continue;
      const waited = Atomics.wait(control, place.obeyed, obeyed, silenceMaxMs);
      invariant(waited !== 'timed-out', 'the thread of the traffic answers');
    }
  }

  private fail(): never {
    for (;;) {
      const message = this.receive();
      if (message.kind === 'error') throw message.error;
    }
  }

  private receive(): ThreadMessage {
    const received = receiveMessageOnPort(this.port);
    invariant(received !== undefined, 'what was announced is there');
    // The thread's file says what it sends.
    return received.message as ThreadMessage;
  }
}
