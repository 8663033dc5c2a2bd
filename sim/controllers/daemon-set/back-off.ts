/** How long a failed daemon pod is let be before it is replaced. @upstream client-go/util/flowcontrol/backoff.go */
import { forgetOver, noteNewest } from '../../engine/newest.js';

const baseMs = 1000;
const maxMs = 15 * 60_000;

/** Back-off by key: 1 s, doubling, at most 15 min; forgotten after twice that. */
export class FailedPodBackOff {
  /** In the order in which they failed last. */
  private readonly entries = new Map<
    string,
    { readonly backOffMs: number; readonly atMs: number }
  >();

  /** How many keys are known: those whose time is over are forgotten when another one fails. */
  get size(): number {
    return this.entries.size;
  }

  /** How long the key has to wait in all, if it still has to. */
  waiting(key: string, nowMs: number): number | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || isOver(entry, nowMs)) return undefined;
    return nowMs - entry.atMs < entry.backOffMs ? entry.backOffMs : undefined;
  }

  /** The key fails again. */
  next(key: string, nowMs: number): void {
    const entry = this.entries.get(key);
    const isFirst = entry === undefined || isOver(entry, nowMs);
    const backOffMs = isFirst ? baseMs : Math.min(entry.backOffMs * 2, maxMs);
    noteNewest(this.entries, key, { backOffMs, atMs: nowMs });
    forgetOver(this.entries, known => isOver(known, nowMs));
  }
}

function isOver({ atMs }: { readonly atMs: number }, nowMs: number): boolean {
  return nowMs - atMs > 2 * maxMs;
}
