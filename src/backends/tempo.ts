/** Lets a cluster that somebody else drives go on only as fast as the user wants. */
import { elapsedMs, sleep } from '../host.js';
import type { Pace } from './pacer.js';

/** Says how far time may go. */
export interface Governor {
  /** Until when events may run, at this moment. */
  allowedMs(): number;
  /** Resolves when it is worthwhile to ask again. */
  wait(): Promise<void>;
}

/** Ends whoever drives a cluster that is not needed any more. */
export class TempoEnded extends Error {}

/** As long as nothing is done when nothing may run: a request may come. */
const idleMs = 5;

/** Time at a chosen speed, from an instant that is reached as fast as the machine can. */
export class Tempo implements Governor {
  private isPaused = false;
  private anchorRealMs = elapsedMs();
  private anchorMs: number;
  /** It is gone to here at once, whatever the speed. */
  private soughtMs: number;
  private isEnded = false;

  constructor(
    fromMs: number,
    private speed: number,
    private readonly now: () => number,
  ) {
    this.anchorMs = fromMs;
    this.soughtMs = fromMs;
  }

  get pace(): Pace {
    return { speed: this.speed, isPaused: this.isPaused };
  }

  pause(): void {
    this.isPaused = true;
    this.soughtMs = Math.min(this.soughtMs, this.now());
  }

  resume(speed = this.speed): void {
    this.speed = speed;
    this.isPaused = false;
    this.anchor(this.now());
  }

  /** The cluster is not needed any more: whoever drives it is stopped where it waits. */
  end(): void {
    this.isEnded = true;
  }

  /** Goes there as fast as possible; resolves when it is reached. */
  async seek(untilMs: number): Promise<void> {
    this.soughtMs = Math.max(untilMs, this.now());
    while (this.now() < this.soughtMs && !this.isEnded) await sleep(idleMs);
    this.anchor(this.now());
  }

  allowedMs(): number {
    if (this.isEnded) return this.now();
    if (this.now() < this.soughtMs) return this.soughtMs;
    if (this.isPaused) return Math.max(this.soughtMs, this.now());
    const goneMs = (elapsedMs() - this.anchorRealMs) * this.speed;
    return Math.max(this.anchorMs + (Number.isNaN(goneMs) ? 0 : goneMs), this.soughtMs);
  }

  /** @throws TempoEnded when nobody needs the cluster any more. */
  async wait(): Promise<void> {
    if (this.isEnded) throw new TempoEnded('the cluster is not needed any more');
    await sleep(idleMs);
  }

  private anchor(fromMs: number): void {
    this.anchorMs = fromMs;
    this.anchorRealMs = elapsedMs();
  }
}
