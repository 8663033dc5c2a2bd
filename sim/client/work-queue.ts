/** The queue of keys of a controller. @upstream client-go/util/workqueue */
import type { Clock, Timer } from '../engine/clock.js';
import type { Queue, RetryPolicy } from './contract.js';
import type { QueueMetrics } from './process-metrics.js';
import { TokenBucket } from './token-bucket.js';

/** Where a key is: it waits for a worker, one works on it, or both. */
interface KeyState {
  isDirty: boolean;
  isProcessing: boolean;
}

/** So many keys at rest are remembered of a queue. */
const restingMax = 64;

/** A set of keys in order of arrival; a key that is being worked on waits until that is done. */
export class WorkQueue implements Queue {
  private readonly ready: string[] = [];
  private head = 0;
  /** What is known of keys. Those that rest are kept for the next time, as long as there are few. */
  private readonly states = new Map<string, KeyState>();
  /** Made when something is delayed or fails: in most queues nothing ever does. */
  private delayed: Map<string, { readonly atMs: number; readonly timer: Timer }> | undefined;
  private failures: Map<string, number> | undefined;
  /** What is counted of it. Undefined: nothing is. */
  metrics: QueueMetrics | undefined;
  private readonly bucket: TokenBucket | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly label: string,
    private readonly policy: RetryPolicy,
    private readonly wake: () => void,
    /** When a recorded cluster tried a key that failed again. */
    private readonly triedAt?: (key: string, afterMs: number) => number | undefined,
  ) {
    this.bucket = policy.bucket && new TokenBucket(clock, policy.bucket);
  }

  /** The keys that wait for a worker, or until theirs has done. */
  waiting(): readonly string[] {
    const again = [...this.states].filter(([, state]) => state.isDirty && state.isProcessing);
    return this.ready.slice(this.head).concat(again.map(([key]) => key));
  }

  add(key: string): void {
    let state = this.states.get(key);
    if (state === undefined)
      this.states.set(key, (state = { isDirty: false, isProcessing: false }));
    if (state.isDirty) return;
    this.metrics?.added(key);
    state.isDirty = true;
    if (state.isProcessing) return;
    this.ready.push(key);
    this.wake();
  }

  addAfter(key: string, delayMs: number): void {
    this.metrics?.retried(key);
    if (delayMs <= 0) return this.add(key);
    const atMs = this.clock.now() + delayMs;
    const earlier = this.delayed?.get(key);
    if (earlier !== undefined && earlier.atMs <= atMs) return;
    earlier?.timer.cancel();
    const timer = this.clock.after(delayMs, `${this.label} ${key} due`, () => {
      this.delayed?.delete(key);
      this.add(key);
    });
    (this.delayed ??= new Map()).set(key, { atMs, timer });
  }

  addRateLimited(key: string): void {
    const failures = this.retries(key);
    (this.failures ??= new Map()).set(key, failures + 1);
    const ownMs = Math.min(this.policy.baseMs * 2 ** failures, this.policy.maxMs);
    const delayMs = Math.max(ownMs, this.bucket?.reserve() ?? 0);
    const nowMs = this.clock.now();
    const recordedMs = this.triedAt?.(key, nowMs);
    this.addAfter(key, recordedMs === undefined ? delayMs : recordedMs - nowMs);
  }

  forget(key: string): void {
    this.failures?.delete(key);
  }

  retries(key: string): number {
    return this.failures?.get(key) ?? 0;
  }

  /** Takes the next key to work on, if there is one. */
  take(): string | undefined {
    const key = this.ready[this.head];
    if (key === undefined) return undefined;
    this.head++;
    if (this.head > 64 && this.head * 2 > this.ready.length) {
      this.ready.splice(0, this.head);
      this.head = 0;
    }
    const state = this.states.get(key);
    if (state !== undefined) {
      state.isDirty = false;
      state.isProcessing = true;
    }
    this.metrics?.taken(key);
    return key;
  }

  /** The work on a key is over; when it was added meanwhile it is ready again. */
  done(key: string): void {
    const state = this.states.get(key);
    if (state === undefined) return;
    this.metrics?.done(key);
    state.isProcessing = false;
    if (state.isDirty) {
      this.ready.push(key);
      this.wake();
    } else if (this.states.size > restingMax) this.states.delete(key);
  }

  /** Forgets everything, timers too. */
  clear(): void {
    for (const { timer } of this.delayed?.values() ?? []) timer.cancel();
    this.delayed = undefined;
    this.ready.length = 0;
    this.head = 0;
    this.states.clear();
    this.failures = undefined;
  }
}
