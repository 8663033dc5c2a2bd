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
  /** By the span, since the last score: reports ask again for what laws have asked for. */
  private readonly known = new Map<string, SpanPrecision>();

  constructor(private readonly record: PaymentRecord) {}

  /** Takes what a scorer has scored. */
  add({ ids, scores, version }: Scored): void {
    this.known.clear();
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
    const from = record.firstAt(fromMs);
    const until = Math.min(record.firstAt(untilMs), this.scores.length);
    const span = `${from} ${until}`;
    let precision = this.known.get(span);
    if (precision === undefined) this.known.set(span, (precision = this.measured(from, until)));
    return precision;
  }

  private measured(from: number, until: number): SpanPrecision {
    const { record } = this;
    const scores = new Float64Array(Math.max(0, until - from));
    const labels = new Uint8Array(scores.length);
    let rows = 0;
    let frauds = 0;
    for (let id = from; id < until; id++) {
      const score = this.scores[id] as number;
      if (Number.isNaN(score)) continue;
      const label = record.truth(id);
      scores[rows] = score;
      labels[rows++] = label;
      frauds += label;
    }
    const value =
      frauds === 0
        ? undefined
        : averagePrecision(labels.subarray(0, rows), scores.subarray(0, rows));
    return { averagePrecision: value, rows, frauds };
  }
}
