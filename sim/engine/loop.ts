/** The event loop of the simulation: one queue, ordered by (time, sequence). */
import type { Clock, Life, Timer } from './clock.js';
import { Heap } from './heap.js';
import { invariant } from './invariant.js';
import { Trace } from './trace.js';

class ScheduledEvent implements Timer {
  constructor(
    readonly timeMs: number,
    readonly sequence: number,
    readonly label: string,
    public action: (() => void) | undefined,
    readonly life: Life | undefined,
  ) {}

  cancel(): void {
    this.action = undefined;
  }
}

/** Settings of a loop. */
export interface LoopOptions {
  /** Where virtual time starts, in milliseconds since the epoch. Default: 2026-01-01T00:00:00Z. */
  readonly startMs?: number;
  /** The digest to which every event is added. */
  readonly trace?: Trace;
  /** The revision that is chained into the digest beside every event: the store's. */
  readonly revision?: () => number;
}

/** 2026-01-01T00:00:00Z: where virtual time starts unless a run says otherwise. */
export const defaultStartMs = 1_767_225_600_000;

/** Runs events in the order of (time, sequence). Only the boot file and the backends see it; all others get a Clock. */
export class Loop implements Clock {
  readonly trace: Trace;
  private readonly queue = new Heap<ScheduledEvent>(
    (a, b) => a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.sequence < b.sequence),
  );
  private readonly revision: () => number;
  private timeMs: number;
  private sequence = 0;
  private isRunning = false;

  constructor(options: LoopOptions = {}) {
    this.timeMs = options.startMs ?? defaultStartMs;
    this.trace = options.trace ?? new Trace();
    this.revision = options.revision ?? (() => 0);
  }

  now(): number {
    return this.timeMs;
  }

  after(delayMs: number, label: string, action: () => void, life?: Life): Timer {
    if (!(delayMs >= 0)) invariant(false, `the delay of ${label} is not negative`);
    const event = new ScheduledEvent(this.timeMs + delayMs, this.sequence++, label, action, life);
    this.queue.push(event);
    return event;
  }

  /** When the next event is due, or undefined when there is none. */
  nextMs(): number | undefined {
    return this.nextEvent()?.timeMs;
  }

  /** Runs the next event, if there is one that is due by `untilMs`; returns whether one ran. */
  step(untilMs = Infinity): boolean {
    invariant(!this.isRunning, 'an event does not run the loop itself');
    const event = this.nextEvent();
    if (event === undefined || event.timeMs > untilMs) return false;
    this.queue.pop();
    this.timeMs = event.timeMs;
    const action = event.action as () => void;
    event.action = undefined;
    this.isRunning = true;
    try {
      if (event.life === undefined || !event.life.isOver) action();
    } finally {
      this.isRunning = false;
    }
    this.trace.add(event.timeMs, event.label, this.revision());
    return true;
  }

  /** Runs everything that is due by then, and leaves the clock there. */
  runUntil(untilMs: number): void {
    while (this.step(untilMs));
    if (untilMs > this.timeMs) this.timeMs = untilMs;
  }

  /** Runs until the condition holds or the time is over; returns whether it held. */
  runWhile(isUnmet: () => boolean, untilMs: number): boolean {
    while (isUnmet()) {
      if (this.step(untilMs)) continue;
      if (untilMs !== Infinity && untilMs > this.timeMs) this.timeMs = untilMs;
      return !isUnmet();
    }
    return true;
  }

  private nextEvent(): ScheduledEvent | undefined {
    for (;;) {
      const event = this.queue.peek();
      if (event === undefined || event.action !== undefined) return event;
      this.queue.pop();
    }
  }
}
