/** What the job controller remembers between passes; a crash loses it. */
import type { Clock } from '../../engine/clock.js';
import { Expectations } from '../control/expectations.js';
import { OwnWrites } from '../control/own-writes.js';
import type { BackOff } from './back-off.js';

/** Expectations, back-offs and what has been finished but not yet seen to be. */
export class JobMemory {
  readonly expectations: Expectations;
  readonly ownWrites = new OwnWrites();
  readonly backOffs = new Map<string, BackOff>();
  /** The uids of Jobs whose end was written but has not come back yet. */
  readonly finished = new Set<string>();
  /** By key, the uids of pods whose finalizer was taken off, which the cache still shows. */
  private readonly released = new Map<string, Set<string>>();

  constructor(clock: Clock) {
    this.expectations = new Expectations(clock);
  }

  expectReleases(key: string, uids: readonly string[]): void {
    const set = this.released.get(key) ?? new Set<string>();
    for (const uid of uids) set.add(uid);
    this.released.set(key, set);
  }

  releaseSeen(key: string, uid: string): void {
    this.released.get(key)?.delete(uid);
  }

  /** The pods whose finalizer is about to be seen to go. */
  releasedPods(key: string): ReadonlySet<string> {
    return new Set(this.released.get(key));
  }

  /** Forgets a Job that is gone. */
  forget(key: string): void {
    this.expectations.forget(key);
    this.ownWrites.forget(key);
    this.released.delete(key);
    this.backOffs.delete(key);
  }
}
