/** The queue of keys of a controller. @upstream client-go/util/workqueue */
import type { Clock, Timer } from '../engine/clock.js';
import type { Queue, RetryPolicy } from './contract.js';
import { TokenBucket } from './token-bucket.js';

/** A set of keys in order of arrival; a key that is being worked on waits until that is done. */
export class WorkQueue implements Queue {
  private readonly ready: string[] = [];
  private head = 0;
  private readonly dirty = new Set<string>();
  private readonly processing = new Set<string>();
  /** Made when something is delayed or fails: in most queues nothing ever does. */
  private delayed: Map<string, { readonly atMs: number; readonly timer: Timer }> | undefined;
  private failures: Map<string, number> | undefined;
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

  add(key: string): void {
    if (this.dirty.has(key)) return;
    this.dirty.add(key);
    if (this.processing.has(key)) return;
    this.ready.push(key);
    this.wake();
  }

  addAfter(key: string, delayMs: number): void {
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
    this.dirty.delete(key);
    this.processing.add(key);
    return key;
  }

  /** The work on a key is over; when it was added meanwhile it is ready again. */
  done(key: string): void {
    this.processing.delete(key);
    if (!this.dirty.has(key)) return;
    this.ready.push(key);
    this.wake();
  }

  /** Forgets everything, timers too. */
  clear(): void {
    for (const { timer } of this.delayed?.values() ?? []) timer.cancel();
    this.delayed = undefined;
    this.ready.length = 0;
    this.head = 0;
    this.dirty.clear();
    this.processing.clear();
    this.failures = undefined;
  }
}
