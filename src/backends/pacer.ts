/** Lets virtual time follow the wall clock at a chosen speed; pauses, steps and resumes. */
import type { Loop } from '../../sim/engine/loop.js';
import { elapsedMs, sleep, yieldToHost } from '../host.js';

/** How time goes by now. */
export interface Pace {
  /** Virtual seconds a real one; Infinity: as fast as the machine can. */
  readonly speed: number;
  readonly isPaused: boolean;
}

/** As long as the loop runs before the host gets a turn. */
const turnMs = 10;
/** As long as nothing is done when nothing is due: a request may come. */
const idleMs = 5;

/** Runs a loop beside the host's own work until it is stopped. */
export class Pacer {
  private isStopped = false;
  private isPaused = false;
  private anchorRealMs = elapsedMs();
  private anchorVirtualMs: number;
  private finished: Promise<void> | undefined;

  constructor(
    private readonly loop: Loop,
    private speed: number,
  ) {
    this.anchorVirtualMs = loop.now();
  }

  start(): void {
    this.anchor();
    this.finished = this.run();
  }

  /** Resolves when the loop is not run any more; rejects with the error of the event that broke. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.finished;
  }

  /** Resolves when it was stopped; rejects with the error of an event. */
  async ended(): Promise<void> {
    await this.finished;
  }

  get pace(): Pace {
    return { speed: this.speed, isPaused: this.isPaused };
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(speed = this.speed): void {
    this.speed = speed;
    this.isPaused = false;
    this.anchor();
  }

  /** Runs so much virtual time at once, paused or not. */
  forward(durationMs: number): void {
    this.loop.runUntil(this.loop.now() + durationMs);
    this.anchor();
  }

  private anchor(): void {
    this.anchorRealMs = elapsedMs();
    this.anchorVirtualMs = this.loop.now();
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      if (this.isPaused) {
        await sleep(idleMs);
        continue;
      }
      const isBehind = this.runTurn();
      if (isBehind) await yieldToHost();
      else await sleep(idleMs);
    }
  }

  /** Runs what is due, for one turn at most; returns whether more is due. */
  private runTurn(): boolean {
    const startMs = elapsedMs();
    const targetMs =
      this.speed === Infinity
        ? Infinity
        : this.anchorVirtualMs + (startMs - this.anchorRealMs) * this.speed;
    while (this.loop.step(targetMs)) {
      if (elapsedMs() - startMs > turnMs) return true;
    }
    if (targetMs !== Infinity) this.loop.runUntil(targetMs);
    return false;
  }
}
