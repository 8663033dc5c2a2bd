/** Exponential back-off by key. @upstream client-go/util/flowcontrol/backoff.go */
import { LateMap } from '../engine/late-map.js';

interface Entry {
  readonly backOffMs: number;
  readonly updatedMs: number;
}

/** Doubles from the first to the largest wait; forgets what is older than twice the largest. */
export class BackOff {
  private readonly entries = new LateMap<string, Entry>();

  constructor(
    private readonly firstMs: number,
    private readonly maxMs: number,
  ) {}

  /** The present wait of a key; 0 when there is none. */
  waitMs(key: string): number {
    return this.entries.get(key)?.backOffMs ?? 0;
  }

  /** Notes one more failure at `eventMs`; `nowMs` is the time of the note. */
  next(key: string, eventMs: number, nowMs: number): void {
    const entry = this.entries.get(key);
    const isFresh = entry !== undefined && eventMs - entry.updatedMs <= 2 * this.maxMs;
    const backOffMs = isFresh ? Math.min(entry.backOffMs * 2, this.maxMs) : this.firstMs;
    this.entries.set(key, { backOffMs, updatedMs: nowMs });
  }

  /** Whether less time than the wait has gone by since the event. */
  isWaitingSince(key: string, eventMs: number, nowMs: number): boolean {
    const entry = this.entries.get(key);
    if (entry === undefined || eventMs - entry.updatedMs > 2 * this.maxMs) return false;
    return nowMs - eventMs < entry.backOffMs;
  }

  /** Whether less time than the wait has gone by since the last failure was noted. */
  isWaiting(key: string, nowMs: number): boolean {
    const entry = this.entries.get(key);
    if (entry === undefined || nowMs - entry.updatedMs > 2 * this.maxMs) return false;
    return nowMs - entry.updatedMs < entry.backOffMs;
  }

  /** Forgets the keys that start so: of a pod that is gone. */
  forget(prefix: string): void {
    for (const key of this.entries.keys()) if (key.startsWith(prefix)) this.entries.delete(key);
  }
}
