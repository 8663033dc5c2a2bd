/** Payments in columns, on their way from the thread that makes them to the one that keeps them. */
import { featureNames, type Transaction } from '../../../traffic/transaction.js';
import type { PaymentSink } from './payment-world.js';

const columns = featureNames.length;

/** Some payments, in the order of time. */
export interface PaymentBlock {
  readonly count: number;
  readonly timeMs: Float64Array;
  /** When it becomes known whether they were fraud. */
  readonly knownMs: Float64Array;
  /** Row after row. */
  readonly values: Float64Array;
  readonly customer: Int32Array;
  readonly scenario: Uint8Array;
}

/** Gathers payments until they are taken. */
export class PaymentGatherer implements PaymentSink {
  private count = 0;
  private timeMs = new Float64Array(1024);
  private knownMs = new Float64Array(1024);
  private values = new Float64Array(1024 * columns);
  private customer = new Int32Array(1024);
  private scenario = new Uint8Array(1024);

  add(
    transaction: Transaction,
    knownMs: number,
    fill: (values: Float64Array, offset: number) => void,
  ): void {
    if (this.count === this.timeMs.length) this.grow();
    const index = this.count++;
    this.timeMs[index] = transaction.timeMs;
    this.knownMs[index] = knownMs;
    this.customer[index] = transaction.customer;
    this.scenario[index] = transaction.scenario;
    fill(this.values, index * columns);
  }

  /** So many wait. */
  get size(): number {
    return this.count;
  }

  /** Those that have come since the last call. */
  take(): PaymentBlock {
    const { count } = this;
    this.count = 0;
    return {
      count,
      timeMs: this.timeMs.slice(0, count),
      knownMs: this.knownMs.slice(0, count),
      values: this.values.slice(0, count * columns),
      customer: this.customer.slice(0, count),
      scenario: this.scenario.slice(0, count),
    };
  }

  private grow(): void {
    const size = this.timeMs.length * 2;
    const larger = <T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.timeMs = larger(this.timeMs, new Float64Array(size));
    this.knownMs = larger(this.knownMs, new Float64Array(size));
    this.values = larger(this.values, new Float64Array(size * columns));
    this.customer = larger(this.customer, new Int32Array(size));
    this.scenario = larger(this.scenario, new Uint8Array(size));
  }
}
