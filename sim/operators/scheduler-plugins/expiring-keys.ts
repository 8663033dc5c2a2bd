/** Keys that are forgotten after a time. @upstream github.com/patrickmn/go-cache */

/** A set of keys, each with its end. */
export class ExpiringKeys {
  private readonly ends = new Map<string, number>();

  /** `usualMs`: how long a key lasts that is added for no time at all. */
  constructor(private readonly usualMs: number) {}

  has(key: string, nowMs: number): boolean {
    const endMs = this.ends.get(key);
    if (endMs === undefined) return false;
    // It lasts to the end of its last instant.
    if (nowMs <= endMs) return true;
    this.ends.delete(key);
    return false;
  }

  /** Adds the key; one that is there keeps its end. */
  add(key: string, nowMs: number, forMs: number): void {
    if (this.has(key, nowMs)) return;
    this.ends.set(key, nowMs + (forMs === 0 ? this.usualMs : forMs));
  }

  delete(key: string): void {
    this.ends.delete(key);
  }
}
