/**
 * The payments of the world, of which the platform sees those that are sampled: before traffic flows
 * they come at the sampled rate, so that there is history to learn from; then one with each sample.
 */
import type { Rate } from '../../../traffic/rate.js';
import type { FeatureState, Transaction, TransactionSource } from '../../../traffic/transaction.js';
import { invariant } from '../../../../sim/engine/invariant.js';
import type { Random } from '../../../../sim/engine/random.js';

/** What payments are made of. */
export interface PaymentParts {
  readonly source: TransactionSource;
  readonly features: FeatureState;
  /** When it becomes known whether a payment was fraud, in milliseconds after it. */
  readonly labelDelayMs: (transaction: Transaction) => number;
}

/** What a world is made of. */
export interface PaymentWorldOptions {
  readonly parts: () => PaymentParts;
  /** Sampled payments a second. */
  readonly rate: Rate;
  readonly historyMs: number;
  /** A stream of its own, for the times of history. */
  readonly random: Random;
}

/** Takes payments in, one after another. */
export interface PaymentSink {
  /** `fill` writes the features to where they are kept. */
  add(
    transaction: Transaction,
    knownMs: number,
    fill: (values: Float64Array, offset: number) => void,
  ): void;
}

/** How far ahead the bound of a rate is asked for. */
const strideMs = 600_000;

/** Payments, one after another. */
export class PaymentWorld {
  private parts: PaymentParts | undefined;
  private nowMs = 0;
  private isLive = false;

  constructor(
    private readonly options: PaymentWorldOptions,
    private readonly sink: PaymentSink,
  ) {}

  /** The cluster has booted: history lies before it. */
  begin(nowMs: number): void {
    this.nowMs = nowMs - this.options.historyMs;
    this.parts = this.options.parts();
  }

  /** Lets as much of the history happen as does not depend on when somebody asks for it. */
  prepare(): void {
    const { historyMs } = this.options;
    this.catchUp(this.nowMs + historyMs - (historyMs % strideMs));
  }

  /** From now on payments come with samples only. */
  goLive(nowMs: number): void {
    this.catchUp(nowMs);
    this.isLive = true;
  }

  /** Lets the world go on without traffic until then, by thinning (Lewis and Shedler 1979). */
  catchUp(untilMs: number): void {
    const { rate, random } = this.options;
    while (!this.isLive && this.nowMs < untilMs) {
      const endMs = Math.min(untilMs, this.nowMs + strideMs);
      const perSecondMax = rate.perSecondMax(this.nowMs, endMs);
      let atMs = this.nowMs;
      while (perSecondMax > 0) {
        atMs += random.exponential(1000 / perSecondMax);
        if (atMs >= endMs) break;
        if (random.float() * perSecondMax < rate.at(atMs)) this.pay(atMs);
      }
      this.nowMs = endMs;
    }
  }

  /** The payment of a sample that arrives. */
  sample(timeMs: number): void {
    this.nowMs = Math.max(this.nowMs, timeMs);
    this.pay(this.nowMs);
  }

  private pay(timeMs: number): void {
    const { parts } = this;
    invariant(parts !== undefined, 'payments begin before they are asked for');
    const transaction = parts.source.next(timeMs);
    const knownMs = timeMs + parts.labelDelayMs(transaction);
    this.sink.add(transaction, knownMs, (values, offset) =>
      parts.features.observe(transaction, values, offset),
    );
  }
}
