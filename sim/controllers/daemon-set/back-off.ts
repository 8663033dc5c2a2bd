/** How long a failed daemon pod is let be before it is replaced. @upstream client-go/util/flowcontrol/backoff.go */

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
    this.entries.delete(key);
    this.entries.set(key, { backOffMs, atMs: nowMs });
    for (const [oldest, known] of this.entries) {
      if (!isOver(known, nowMs)) break;
      this.entries.delete(oldest);
    }
  }
}

function isOver({ atMs }: { readonly atMs: number }, nowMs: number): boolean {
  return nowMs - atMs > 2 * maxMs;
}
