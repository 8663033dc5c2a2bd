/** A clock whose timers die with their owner. */
import type { Clock, Timer } from '../engine/clock.js';

/** Gives timers until it is stopped. */
export class MortalClock implements Clock {
  private readonly timers = new Set<Timer>();
  private isStopped = false;

  constructor(private readonly clock: Clock) {}

  now(): number {
    return this.clock.now();
  }

  after(delayMs: number, label: string, action: () => void): Timer {
    if (this.isStopped) return { cancel: () => undefined };
    const inner = this.clock.after(delayMs, label, () => {
      this.timers.delete(timer);
      action();
    });
    const timer: Timer = {
      cancel: () => {
        this.timers.delete(timer);
        inner.cancel();
      },
    };
    this.timers.add(timer);
    return timer;
  }

  /** Cancels all timers; none can be set any more. */
  stop(): void {
    this.isStopped = true;
    for (const timer of this.timers) timer.cancel();
    this.timers.clear();
  }
}
