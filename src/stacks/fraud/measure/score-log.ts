/** The scores of all payments, and how well they told frauds, as one who knows the truth sees it. */
import { averagePrecision } from '../../../models/performance/average-precision.js';
import type { PaymentRecord } from '../data/payment-record.js';
import type { Scored } from '../messages.js';

/** How well the platform did in a span of time. */
export interface SpanPrecision {
  /** Undefined where no fraud was scored. */
  readonly averagePrecision: number | undefined;
  readonly rows: number;
  readonly frauds: number;
}

/** Scores by payment. */
export class ScoreLog {
  /** NaN: not scored. */
  private scores = new Float64Array(1024).fill(NaN);
  /** How many payments were scored, by version. */
  readonly byVersion = new Map<string, number>();

  constructor(private readonly record: PaymentRecord) {}

  /** Takes what a scorer has scored. */
  add({ ids, scores, version }: Scored): void {
    this.byVersion.set(version, (this.byVersion.get(version) ?? 0) + ids.length);
    let last = 0;
    for (let at = 0; at < ids.length; at++) last = Math.max(last, ids[at] as number);
    if (last >= this.scores.length) {
      const larger = new Float64Array(2 ** Math.ceil(Math.log2(last + 1))).fill(NaN);
      larger.set(this.scores);
      this.scores = larger;
    }
    for (let at = 0; at < ids.length; at++) this.scores[ids[at] as number] = scores[at] as number;
  }

  /** Of the payments in [fromMs, untilMs) that were scored, whatever version did. */
  precision(fromMs: number, untilMs: number): SpanPrecision {
    const { record } = this;
    const scores: number[] = [];
    const labels: number[] = [];
    let frauds = 0;
    const from = record.firstAt(fromMs);
    const until = Math.min(record.firstAt(untilMs), this.scores.length);
    for (let id = from; id < until; id++) {
      const score = this.scores[id] as number;
      if (Number.isNaN(score)) continue;
      const label = record.truth(id);
      scores.push(score);
      labels.push(label);
      frauds += label;
    }
    const value = frauds === 0 ? undefined : averagePrecision(labels, scores);
    return { averagePrecision: value, rows: scores.length, frauds };
  }
}
