/**
 * What is known of the payments that carry a full transaction: their features, the truth, and when the
 * truth becomes known. The feature store answers from it; who measures the platform from outside reads
 * the truth at once.
 */
import { featureNames, type Transaction } from '../../../traffic/transaction.js';
import type { PaymentBlock } from './payment-block.js';
import type { PaymentSink } from './payment-world.js';

const columns = featureNames.length;

/** Labels come in files, one a minute. */
const fileMs = 60_000;

/** A history of two days leaves room for a day of traffic: half a million rows are not moved twice. */
const growth = 1.6;

/** Payments by their ids, which count up from 0 in the order of time. */
export class PaymentRecord implements PaymentSink {
  count = 0;
  timeMs = new Float64Array(1024);
  /** Row after row, as the platform sees the features. */
  values = new Float64Array(1024 * columns);
  customer = new Int32Array(1024);
  /** The generator's scenario: 0 is genuine. */
  scenario = new Uint8Array(1024);
  private isKnown = new Uint8Array(1024);
  /** Ids by the file in which their labels come. */
  private readonly files = new Map<number, number[]>();
  private nextFile: number | undefined;
  private known = new Int32Array(1024);
  private knownCount = 0;

  /** Adds a payment; `fill` writes its features. */
  add(
    transaction: Transaction,
    knownMs: number,
    fill: (values: Float64Array, offset: number) => void,
  ): void {
    if (this.count === this.timeMs.length) this.grow();
    const id = this.count++;
    this.timeMs[id] = transaction.timeMs;
    this.customer[id] = transaction.customer;
    this.scenario[id] = transaction.scenario;
    fill(this.values, id * columns);
    this.file(id, knownMs);
  }

  /** Adds the payments of a block. */
  addBlock(block: PaymentBlock): void {
    const first = this.count;
    this.count += block.count;
    if (this.count > this.timeMs.length) this.grow();
    this.timeMs.set(block.timeMs, first);
    this.customer.set(block.customer, first);
    this.scenario.set(block.scenario, first);
    this.values.set(block.values, first * columns);
    block.knownMs.forEach((knownMs, index) => this.file(first + index, knownMs));
  }

  /** Adds a payment that lies among numbers: when, when known, customer, scenario, then its features. */
  addNumbers(numbers: Float64Array, at: number): void {
    if (this.count === this.timeMs.length) this.grow();
    const id = this.count++;
    this.timeMs[id] = numbers[at] as number;
    this.customer[id] = numbers[at + 2] as number;
    this.scenario[id] = numbers[at + 3] as number;
    const to = id * columns;
    for (let column = 0; column < columns; column++) {
      this.values[to + column] = numbers[at + 4 + column] as number;
    }
    this.file(id, numbers[at + 1] as number);
  }

  /** Puts a payment to those whose labels come when its own does. */
  private file(id: number, knownMs: number): void {
    const file = Math.max(Math.ceil(knownMs / fileMs), this.nextFile ?? 0);
    this.nextFile ??= Math.ceil((this.timeMs[id] as number) / fileMs);
    const ids = this.files.get(file);
    if (ids === undefined) this.files.set(file, [id]);
    else ids.push(id);
  }

  /** 1 for fraud, whether it is known or not. */
  truth(id: number): 0 | 1 {
    return this.scenario[id] === 0 ? 0 : 1;
  }

  /** The ids whose labels are known by now, in the order in which they became so. */
  knownBy(nowMs: number): Int32Array {
    const last = Math.floor(nowMs / fileMs);
    for (let file = this.nextFile ?? last + 1; file <= last; file++) {
      for (const id of this.files.get(file) ?? []) this.learn(id);
      this.files.delete(file);
      this.nextFile = file + 1;
    }
    return this.known.subarray(0, this.knownCount);
  }

  /** The payments of [fromMs, untilMs) whose labels were known at the last call of `knownBy`. */
  labelled(fromMs: number, untilMs: number): Int32Array {
    const from = this.firstAt(fromMs);
    const until = this.firstAt(untilMs);
    const ids = new Int32Array(Math.max(0, until - from));
    let count = 0;
    for (let id = from; id < until; id++) if (this.isKnown[id] === 1) ids[count++] = id;
    return ids.slice(0, count);
  }

  /** When some payments were made. */
  times(ids: Int32Array): Float64Array {
    const times = new Float64Array(ids.length);
    for (let row = 0; row < ids.length; row++)
      times[row] = this.timeMs[ids[row] as number] as number;
    return times;
  }

  /** The features of some payments, row after row. */
  rows(ids: Int32Array): Float64Array {
    const { values } = this;
    const rows = new Float64Array(ids.length * columns);
    for (let row = 0; row < ids.length; row++) {
      const from = (ids[row] as number) * columns;
      const to = row * columns;
      for (let column = 0; column < columns; column++) {
        rows[to + column] = values[from + column] as number;
      }
    }
    return rows;
  }

  /** The labels of some payments. */
  labels(ids: Int32Array): Uint8Array {
    const labels = new Uint8Array(ids.length);
    for (let row = 0; row < ids.length; row++) labels[row] = this.truth(ids[row] as number);
    return labels;
  }

  /** The first payment at or after a time: payments are in the order of time. */
  firstAt(atMs: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.timeMs[middle] as number) < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private learn(id: number): void {
    if (this.knownCount === this.known.length) {
      const larger = new Int32Array(this.known.length * 2);
      larger.set(this.known);
      this.known = larger;
    }
    this.known[this.knownCount++] = id;
    this.isKnown[id] = 1;
  }

  /** Makes room for all that are counted, and for more. */
  private grow(): void {
    const size = Math.ceil(Math.max(this.count, this.timeMs.length) * growth);
    const larger = <T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.timeMs = larger(this.timeMs, new Float64Array(size));
    this.values = larger(this.values, new Float64Array(size * columns));
    this.customer = larger(this.customer, new Int32Array(size));
    this.scenario = larger(this.scenario, new Uint8Array(size));
    this.isKnown = larger(this.isKnown, new Uint8Array(size));
  }
}
