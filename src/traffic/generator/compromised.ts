/** Who is compromised at the moment: as many customers or terminals as make up a share of the traffic. */
import type { Random } from '../../../sim/engine/random.js';

/**
 * Keeps a set whose members make a stated share of all transactions. Each is compromised for a time; when
 * the oldest recovers, others take its place.
 */
export class Compromised {
  /** The share of all transactions that the members make. */
  share = 0;
  private readonly isMember: Uint8Array;
  private members: number[] = [];
  private oldest = 0;
  private nextMs = -Infinity;
  private target = 0;

  constructor(
    private readonly shares: Float64Array,
    private readonly settings: { readonly stayMs: number; readonly random: Random },
  ) {
    this.isMember = new Uint8Array(shares.length);
  }

  has(index: number): boolean {
    return this.isMember[index] === 1;
  }

  /** Moves on to an instant, at which the members shall make at least this share of the traffic. */
  moveTo(timeMs: number, target: number): void {
    if (timeMs < this.nextMs && target === this.target) return;
    this.target = target;
    if (this.nextMs === -Infinity) this.nextMs = timeMs;
    // After a long pause all of them have changed, and none of them twice.
    for (let left = Math.max(1, this.count()); timeMs >= this.nextMs && left > 0; left--) {
      this.recover();
      this.fill();
      // All of them change once within one stay: each change waits its part of it.
      const waitMs = this.settings.stayMs / Math.max(1, this.count());
      this.nextMs += waitMs;
    }
    if (timeMs >= this.nextMs) this.nextMs = timeMs;
    this.fill();
    while (this.count() > 0 && this.share - this.oldestShare() >= target) this.recover();
  }

  private fill(): void {
    const { random } = this.settings;
    for (let left = this.shares.length * 4; this.share < this.target && left > 0; left--) {
      const index = random.integer(this.shares.length);
      if (this.has(index) || this.shares[index] === 0) continue;
      this.isMember[index] = 1;
      this.members.push(index);
      this.share += this.shares[index] as number;
    }
  }

  private recover(): void {
    if (this.count() === 0) return;
    const index = this.members[this.oldest++] as number;
    this.isMember[index] = 0;
    this.share = Math.max(0, this.share - (this.shares[index] as number));
    if (this.oldest < 1024) return;
    this.members = this.members.slice(this.oldest);
    this.oldest = 0;
  }

  private count(): number {
    return this.members.length - this.oldest;
  }

  private oldestShare(): number {
    return this.shares[this.members[this.oldest] as number] as number;
  }
}
