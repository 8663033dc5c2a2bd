/** Requests that failed and are to be tried again: a budget, and those that wait for their turn. */
import type { FastRandom } from '../../../sim/workloads/serving/fast-random.js';
import type { RetrySettings } from './contract.js';

const defaults = { budget: 0.2, attemptsMax: 1, backOffMs: 25 } as const;

/** Envoy's min_retry_concurrency: so many retries are always allowed. */
const budgetMin = 3;

/** The retries of a run. */
export class Retries {
  readonly attemptsMax: number;
  private readonly budget: number;
  private readonly backOffMs: number;
  private left = 0;
  private times: number[] = [];
  private tags: number[] = [];

  constructor(settings: RetrySettings = {}) {
    this.attemptsMax = settings.attemptsMax ?? defaults.attemptsMax;
    this.budget = settings.budget ?? defaults.budget;
    this.backOffMs = settings.backOffMs ?? defaults.backOffMs;
  }

  get pending(): number {
    return this.times.length;
  }

  /** A new window, in which so many requests are under way or new. */
  refill(requests: number): void {
    this.left = Math.max(budgetMin, Math.floor(this.budget * requests));
  }

  /**
   * When the next attempt may begin: after its back-off, and not before the window's end, as what
   * other replicas did in the window stands already. Undefined: the budget is used up.
   */
  nextMs(failedMs: number, windowEndMs: number, random: FastRandom): number | undefined {
    if (this.left <= 0) return undefined;
    const backOffMs = this.backOffMs * (1 + random.float());
    return Math.max(failedMs + backOffMs, windowEndMs + backOffMs);
  }

  add(timeMs: number, tag: number): void {
    this.left--;
    this.times.push(timeMs);
    this.tags.push(tag);
  }

  /** Takes out those that are due before a time, in their order. */
  due(untilMs: number): readonly { readonly timeMs: number; readonly tag: number }[] {
    const { times, tags } = this;
    if (times.length === 0) return [];
    const due: { timeMs: number; tag: number }[] = [];
    const kept = { times: [] as number[], tags: [] as number[] };
    times.forEach((timeMs, index) => {
      const tag = tags[index] ?? 0;
      if (timeMs < untilMs) due.push({ timeMs, tag });
      else {
        kept.times.push(timeMs);
        kept.tags.push(tag);
      }
    });
    this.times = kept.times;
    this.tags = kept.tags;
    return due.sort((a, b) => a.timeMs - b.timeMs || a.tag - b.tag);
  }
}
