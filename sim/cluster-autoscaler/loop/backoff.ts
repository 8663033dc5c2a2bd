/** For how long a group that failed to grow is left alone. @upstream utils/backoff/exponential_backoff.go */
import type { AutoscalerOptions } from '../options.js';

/** Why a group could not grow, as the status tells it. */
export interface GrowthFailure {
  readonly errorCode: string;
  readonly errorMessage: string;
}

interface Backoff {
  readonly durationMs: number;
  readonly untilMs: number;
  readonly failedMs: number;
  readonly failure: GrowthFailure;
}

/** Remembers the failures of groups. */
export class Backoffs {
  private readonly byGroup = new Map<string, Backoff>();

  constructor(private readonly options: AutoscalerOptions) {}

  /** A group has failed to grow. One that fails again after its back-off is left alone twice as long. */
  failed(group: string, failure: GrowthFailure, nowMs: number): void {
    const { initialNodeGroupBackoffDurationMs: firstMs, maxNodeGroupBackoffDurationMs: mostMs } =
      this.options;
    const before = this.byGroup.get(group);
    const isOver = before !== undefined && before.untilMs < nowMs;
    const durationMs = isOver ? Math.min(2 * before.durationMs, mostMs) : firstMs;
    const untilMs = nowMs + durationMs;
    this.byGroup.set(group, { durationMs, untilMs, failedMs: nowMs, failure });
  }

  /** Why the group is left alone now; undefined: it is not. */
  failureOf(group: string, nowMs: number): GrowthFailure | undefined {
    const known = this.byGroup.get(group);
    return known !== undefined && known.untilMs > nowMs ? known.failure : undefined;
  }

  /** The group has grown. */
  succeeded(group: string): void {
    this.byGroup.delete(group);
  }

  /** Forgets the groups that failed long ago. */
  dropOld(nowMs: number): void {
    for (const [group, { failedMs }] of this.byGroup) {
      if (failedMs + this.options.nodeGroupBackoffResetTimeoutMs < nowMs)
        this.byGroup.delete(group);
    }
  }
}
