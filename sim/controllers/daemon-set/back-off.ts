/** How long a failed daemon pod is let be before it is replaced. @upstream client-go/util/flowcontrol/backoff.go */

const baseMs = 1000;
const maxMs = 15 * 60_000;

/** Back-off by key: 1 s, doubling, at most 15 min; forgotten after twice that. */
export class FailedPodBackOff {
  private readonly entries = new Map<
    string,
    { readonly backOffMs: number; readonly atMs: number }
  >();

  /** How long the key has to wait in all, if it still has to. */
  waiting(key: string, nowMs: number): number | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || nowMs - entry.atMs > 2 * maxMs) return undefined;
    return nowMs - entry.atMs < entry.backOffMs ? entry.backOffMs : undefined;
  }

  /** The key fails again. */
  next(key: string, nowMs: number): void {
    const entry = this.entries.get(key);
    const isOver = entry === undefined || nowMs - entry.atMs > 2 * maxMs;
    const backOffMs = isOver ? baseMs : Math.min(entry.backOffMs * 2, maxMs);
    this.entries.set(key, { backOffMs, atMs: nowMs });
  }
}
