/** The clock of a program that may crash: what it waits for must not wake the next one. */
import type { Clock, Life, Timer } from '../engine/clock.js';

/** A clock whose timers die with the process. */
export class ProcessClock implements Clock, Life {
  isOver = false;

  constructor(private readonly clock: Clock) {}

  now(): number {
    return this.clock.now();
  }

  after(delayMs: number, label: string, action: () => void): Timer {
    return this.clock.after(delayMs, label, action, this);
  }

  stop(): void {
    this.isOver = true;
  }
}
