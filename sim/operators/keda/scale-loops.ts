/** The loops that look at triggers, each in its own interval. @upstream kedacore/keda v2.20.2 pkg/scaling/scale_handler.go startScaleLoop */
import type { ControllerContext } from '../../client/contract.js';
import type { Timer } from '../../engine/clock.js';

/** One of them. */
export interface ScaleLoop {
  readonly key: string;
  readonly intervalMs: number;
  /** When the next look is due. */
  nextMs: number;
  timer: Timer | undefined;
}

/** The word before the keys of loops in the queue. */
export const loopWord = 'loop ';

/** All of them. */
export class ScaleLoops {
  private readonly loops = new Map<string, ScaleLoop>();

  constructor(private readonly context: Pick<ControllerContext, 'clock' | 'queue'>) {}

  /** Begins one, which looks at once; whether there was one. */
  start(key: string, intervalMs: number): boolean {
    const wasRunning = this.stop(key);
    this.loops.set(key, { key, intervalMs, nextMs: 0, timer: undefined });
    this.context.queue.add(loopWord + key);
    return wasRunning;
  }

  /** Ends one; whether there was one. */
  stop(key: string): boolean {
    this.loops.get(key)?.timer?.cancel();
    return this.loops.delete(key);
  }

  /** A look begins; undefined where the loop has ended. */
  begin(key: string): ScaleLoop | undefined {
    const loop = this.loops.get(key);
    if (loop !== undefined) loop.nextMs = this.context.clock.now() + loop.intervalMs;
    return loop;
  }

  /** A look is over: the next one follows. */
  end(loop: ScaleLoop): void {
    const { clock, queue } = this.context;
    if (this.loops.get(loop.key) !== loop) return;
    const delayMs = Math.max(0, loop.nextMs - clock.now());
    loop.timer?.cancel();
    loop.timer = clock.after(delayMs, `keda looks at ${loop.key}`, () =>
      queue.add(loopWord + loop.key),
    );
  }

  /** Ends all. */
  stopAll(): void {
    for (const key of [...this.loops.keys()]) this.stop(key);
  }
}
