/** How many Workflows may run at a time, in all and in a namespace. @upstream workflow/sync/multi_throttler.go */

/** The bounds; 0: none. */
export interface ThrottlerLimits {
  readonly all: number;
  readonly inNamespace: number;
}

interface Waiting {
  readonly key: string;
  readonly priority: number;
  readonly createdMs: number;
}

/** Lets them run by their priority, then by their age. */
export class Throttler {
  private readonly running = new Set<string>();
  private readonly waiting = new Map<string, Waiting>();
  private limits: ThrottlerLimits = { all: 0, inNamespace: 0 };

  constructor(private readonly queue: (key: string) => void) {}

  limit(limits: ThrottlerLimits): void {
    this.limits = limits;
  }

  /** It ran before the controller began. */
  restore(key: string): void {
    this.running.add(key);
    this.waiting.delete(key);
  }

  add(one: Waiting): void {
    if (this.running.has(one.key)) return;
    this.waiting.set(one.key, one);
    this.next();
  }

  /** Whether it may be looked at. */
  admits(key: string): boolean {
    if (this.running.has(key)) return true;
    this.next();
    return this.running.has(key);
  }

  remove(key: string): void {
    if (!this.running.delete(key) && !this.waiting.delete(key)) return;
    this.waiting.delete(key);
    this.next();
  }

  private next(): void {
    const { all } = this.limits;
    if (all !== 0 && this.running.size >= all) return;
    const [best] = [...this.waiting.values()]
      .filter(({ key }) => this.hasRoom(key))
      .sort(
        (one, other) =>
          other.priority - one.priority ||
          one.createdMs - other.createdMs ||
          (one.key < other.key ? -1 : 1),
      );
    if (best === undefined) return;
    this.waiting.delete(best.key);
    this.running.add(best.key);
    this.queue(best.key);
  }

  private hasRoom(key: string): boolean {
    const { inNamespace } = this.limits;
    if (inNamespace === 0) return true;
    const prefix = key.slice(0, key.indexOf('/') + 1);
    return [...this.running].filter(one => one.startsWith(prefix)).length < inNamespace;
  }
}
