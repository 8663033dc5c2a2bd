/** What a controller has asked for and not yet seen in its cache. @upstream pkg/controller/controller_utils.go */
import type { Clock } from '../../engine/clock.js';

const expirationMs = 5 * 60_000;

interface Expected {
  creations: number;
  deletions: number;
  readonly sinceMs: number;
}

/** Counts the creations and deletions that a key waits to see before it is synced again. */
export class Expectations {
  private readonly byKey = new Map<string, Expected>();

  constructor(private readonly clock: Clock) {}

  /** Whether all has been seen, or nothing was expected, or it is too long ago. */
  areMet(key: string): boolean {
    const expected = this.byKey.get(key);
    if (expected === undefined) return true;
    if (expected.creations <= 0 && expected.deletions <= 0) return true;
    return this.clock.now() - expected.sinceMs > expirationMs;
  }

  expectCreations(key: string, count: number): void {
    this.byKey.set(key, { creations: count, deletions: 0, sinceMs: this.clock.now() });
  }

  expectDeletions(key: string, count: number): void {
    this.byKey.set(key, { creations: 0, deletions: count, sinceMs: this.clock.now() });
  }

  /** Both at once, for controllers that create and delete in one pass. */
  expect(key: string, creations: number, deletions: number): void {
    this.byKey.set(key, { creations, deletions, sinceMs: this.clock.now() });
  }

  creationSeen(key: string): void {
    const expected = this.byKey.get(key);
    if (expected !== undefined) expected.creations--;
  }

  deletionSeen(key: string): void {
    const expected = this.byKey.get(key);
    if (expected !== undefined) expected.deletions--;
  }

  forget(key: string): void {
    this.byKey.delete(key);
  }
}

/** Expectations that know which pods are to go, so that one that is seen twice counts once. */
export class UidExpectations extends Expectations {
  private readonly leaving = new Map<string, Set<string>>();

  expectDeletionsOf(key: string, names: readonly string[]): void {
    this.leaving.set(key, new Set(names));
    this.expectDeletions(key, names.length);
  }

  deletionOfSeen(key: string, name: string): void {
    if (this.leaving.get(key)?.delete(name) === true) this.deletionSeen(key);
  }

  override forget(key: string): void {
    super.forget(key);
    this.leaving.delete(key);
  }
}
