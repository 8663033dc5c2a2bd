/** The handbook's 15 features, kept up to date as transactions come in. */
import { invariant } from '../../../sim/engine/invariant.js';
import { dayMs, isNight, isWeekend } from '../calendar.js';
import type { LabelDelay } from '../generator/label-delay.js';
import type { FeatureState, Transaction } from '../transaction.js';
import { TransactionLog } from './log.js';
import { Tallies, windows } from './tallies.js';

/** How far features look back. */
export interface FeatureSettings {
  /** Lengths of the short, medium and long window, in milliseconds, ascending. Default 1, 7, 30 days. */
  readonly windowsMs?: readonly [number, number, number];
  /**
   * After how long it is known whether a transaction was fraud, in milliseconds: a terminal's windows end
   * that long ago. Default 7 days.
   */
  readonly labelDelayMs?: number;
  /**
   * How long each label really takes. A fraud that is not known when its terminal's windows reach it is
   * taken for genuine, and stays so. Default: all are known by then.
   */
  readonly labels?: LabelDelay;
}

/**
 * Features over windows `(t - w, t]` of a customer, the transaction itself included, and over
 * `(t - d - w, t - d]` of a terminal, whose labels are known only after the delay `d`. All windows move
 * along one log of transactions, so memory grows with what the longest window and the delay hold (32 bytes
 * each) and with the numbers of customers and terminals (36 bytes each), never with time.
 */
export class WindowedFeatures implements FeatureState {
  private readonly windowsMs: readonly [number, number, number];
  private readonly labelDelayMs: number;
  private readonly labels: LabelDelay | undefined;
  private readonly log = new TransactionLog();
  /** Amounts, in cents: whole numbers, so that adding and taking away leaves no rest. */
  private readonly customers = new Tallies();
  /** Frauds. */
  private readonly terminals = new Tallies();
  /** Places in the log: the oldest in each window. */
  private readonly customerFirst = [0, 0, 0];
  private readonly terminalFirst = [0, 0, 0];
  /** The first place that is too young for the terminals' windows. */
  private unlabelled = 0;

  constructor({ windowsMs, labelDelayMs, labels }: FeatureSettings = {}) {
    this.labels = labels;
    this.windowsMs = windowsMs ?? [dayMs, 7 * dayMs, 30 * dayMs];
    this.labelDelayMs = labelDelayMs ?? 7 * dayMs;
    const [short, medium, long] = this.windowsMs;
    invariant(0 < short && short <= medium && medium <= long, 'windows are ascending');
    invariant(this.labelDelayMs >= 0, 'a label is not known before its transaction');
  }

  /** How far back a transaction still matters, in milliseconds. */
  get lookBackMs(): number {
    return this.labelDelayMs + this.windowsMs[2];
  }

  /** How many transactions are remembered. */
  get remembered(): number {
    return this.log.end - this.log.first;
  }

  observe(transaction: Transaction, into: Float64Array, offset: number): void {
    const { timeMs, customer, terminal, amount } = transaction;
    this.count(transaction);
    into[offset] = amount;
    into[offset + 1] = isWeekend(timeMs) ? 1 : 0;
    into[offset + 2] = isNight(timeMs) ? 1 : 0;
    for (let window = 0; window < windows; window++) {
      const at = offset + 3 + window * 2;
      into[at] = this.customers.countOf(customer, window);
      into[at + 1] = this.customers.meanOf(customer, window) / 100;
      into[at + 6] = this.terminals.countOf(terminal, window);
      into[at + 7] = this.terminals.meanOf(terminal, window);
    }
  }

  /** Counts a transaction whose features nobody asks for. */
  count(transaction: Transaction): void {
    const { log } = this;
    const row = log.push();
    const cents = Math.round(transaction.amount * 100);
    log.timeMs[row] = transaction.timeMs;
    log.cents[row] = cents;
    log.customer[row] = transaction.customer;
    log.terminal[row] = transaction.terminal;
    log.isFraud[row] = this.willBeKnown(transaction) ? 1 : 0;
    this.customers.enter(transaction.customer, cents);
    this.moveCustomers(transaction.timeMs);
    this.moveTerminals(transaction.timeMs - this.labelDelayMs);
    log.first = Math.min(this.customerFirst[2] as number, this.terminalFirst[2] as number);
  }

  /** Whether it is fraud, and that will be known when the terminals' windows come to it. */
  private willBeKnown({ scenario, timeMs }: Transaction): boolean {
    if (scenario === 0) return false;
    return this.labels === undefined || this.labels.next(timeMs) <= this.labelDelayMs;
  }

  private moveCustomers(nowMs: number): void {
    const { log, customers, customerFirst } = this;
    for (let window = 0; window < windows; window++) {
      const fromMs = nowMs - (this.windowsMs[window] as number);
      let place = customerFirst[window] as number;
      for (; place < log.end; place++) {
        const row = place & log.mask;
        if ((log.timeMs[row] as number) > fromMs) break;
        customers.leave(log.customer[row] as number, window, log.cents[row] as number);
      }
      customerFirst[window] = place;
    }
  }

  private moveTerminals(untilMs: number): void {
    const { log, terminals, terminalFirst } = this;
    for (; this.unlabelled < log.end; this.unlabelled++) {
      const row = this.unlabelled & log.mask;
      if ((log.timeMs[row] as number) > untilMs) break;
      terminals.enter(log.terminal[row] as number, log.isFraud[row] as number);
    }
    for (let window = 0; window < windows; window++) {
      const fromMs = untilMs - (this.windowsMs[window] as number);
      let place = terminalFirst[window] as number;
      for (; place < this.unlabelled; place++) {
        const row = place & log.mask;
        if ((log.timeMs[row] as number) > fromMs) break;
        terminals.leave(log.terminal[row] as number, window, log.isFraud[row] as number);
      }
      terminalFirst[window] = place;
    }
  }
}
