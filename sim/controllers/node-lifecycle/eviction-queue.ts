/**
 * The nodes of a zone that wait for a NoExecute taint, let out at a rate.
 * @upstream pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go
 */
import type { Reconciliation } from '../../client/contract.js';

/** How a node was dealt with: again after so long, or done. */
export type Tainted = 'done' | { readonly againAfterMs: number };

interface Waiting {
  readonly node: string;
  readonly processAtMs: number;
}

/** A queue in which each node stands once, and stays known after it was let out until it is removed. */
export class EvictionQueue {
  private readonly known = new Set<string>();
  private waiting: readonly Waiting[] = [];
  private limiter: RateLimiter;

  constructor(perSecond: number, nowMs: number) {
    this.limiter = new RateLimiter(perSecond, nowMs);
  }

  /** Adds a node unless it is known; returns whether it was added. */
  add(node: string, nowMs: number): boolean {
    if (this.known.has(node)) return false;
    this.known.add(node);
    this.put({ node, processAtMs: nowMs });
    return true;
  }

  remove(node: string): void {
    this.known.delete(node);
    if (this.waiting.length === 0) return;
    this.waiting = this.waiting.filter(one => one.node !== node);
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  /** When the next node may be let out; undefined while none may. */
  nextInMs(nowMs: number): number | undefined {
    const [head] = this.waiting;
    if (head === undefined) return undefined;
    const tokenInMs = this.limiter.nextInMs(nowMs);
    if (tokenInMs === undefined) return undefined;
    return Math.max(tokenInMs, head.processAtMs - nowMs);
  }

  /** Lets out as many as the rate allows. */
  *letOut(
    now: () => number,
    taint: (node: string) => Reconciliation<Tainted>,
  ): Reconciliation<void> {
    for (let head = this.waiting[0]; head !== undefined; head = this.waiting[0]) {
      if (!this.limiter.tryAccept(now()) || now() < head.processAtMs) return;
      const { node } = head;
      const result = yield* taint(node);
      this.waiting = this.waiting.filter(one => one.node !== node);
      if (result !== 'done') this.put({ node, processAtMs: now() + result.againAfterMs });
    }
  }

  /** Changes the rate; 0 stops all. A new bucket is as empty as the old one was. */
  setRate(perSecond: number, nowMs: number): void {
    if (this.limiter.perSecond === perSecond) return;
    const isSpent = !this.limiter.tryAccept(nowMs);
    this.limiter = new RateLimiter(perSecond, nowMs);
    if (isSpent) this.limiter.tryAccept(nowMs);
  }

  private put(entry: Waiting): void {
    const index = this.waiting.findIndex(one => one.processAtMs > entry.processAtMs);
    this.waiting = index < 0 ? [...this.waiting, entry] : this.waiting.toSpliced(index, 0, entry);
  }
}

/** A token bucket of one token. */
class RateLimiter {
  private tokens = 1;
  private filledMs: number;

  constructor(
    readonly perSecond: number,
    nowMs: number,
  ) {
    this.filledMs = nowMs;
  }

  tryAccept(nowMs: number): boolean {
    this.fill(nowMs);
    if (this.perSecond <= 0 || this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  nextInMs(nowMs: number): number | undefined {
    this.fill(nowMs);
    if (this.perSecond <= 0) return undefined;
    return Math.max(0, Math.ceil(((1 - this.tokens) / this.perSecond) * 1000));
  }

  private fill(nowMs: number): void {
    const gained = ((nowMs - this.filledMs) / 1000) * Math.max(0, this.perSecond);
    this.tokens = Math.min(1, this.tokens + gained);
    this.filledMs = nowMs;
  }
}
