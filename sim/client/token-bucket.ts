/** A token bucket, as client-go throttles requests and retries with. @upstream golang.org/x/time/rate */
import type { Clock } from '../engine/clock.js';

/** Lets `burst` through at once and then `perSecond`. */
export class TokenBucket {
  private tokens: number;
  private lastMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly rate: { readonly perSecond: number; readonly burst: number },
  ) {
    this.tokens = rate.burst;
    this.lastMs = clock.now();
  }

  /** Takes one token, possibly of the future; returns how many milliseconds the taker has to wait for it. */
  reserve(): number {
    this.refill();
    this.tokens -= 1;
    return this.tokens >= 0 ? 0 : Math.ceil((-this.tokens / this.rate.perSecond) * 1000);
  }

  /** Takes a token if there is one now; returns whether there was. */
  tryTake(): boolean {
    this.refill();
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  private refill(): void {
    const nowMs = this.clock.now();
    const gained = ((nowMs - this.lastMs) / 1000) * this.rate.perSecond;
    this.tokens = Math.min(this.rate.burst, this.tokens + gained);
    this.lastMs = nowMs;
  }
}
