/**
 * The Fraud Detection Handbook's simulator, day by day: a transaction is final as soon as no later day can
 * mark it, and then it is handed out and forgotten. Written from a description of the published data.
 */
import { NumpyRandom } from '../mersenne/numpy-random.js';
import { PythonRandom } from '../mersenne/python-random.js';
import type { TransactionBlock } from '../transaction.js';
import { dayMs } from '../calendar.js';
import { DayDraws, type Day } from './day.js';
import { populationOf } from './population.js';
import { publishedHandbook, type HandbookSettings } from './settings.js';

/** A stream of days: iterate it once. Equal settings give equal transactions, to the bit. */
export class HandbookStream implements Iterable<TransactionBlock> {
  /** The settings in full. */
  readonly settings: HandbookSettings;
  /** How many transactions each scenario has made fraudulent that were not so before, so far. */
  readonly marked = { scenario1: 0, scenario2: 0, scenario3: 0 };

  /** @param settings - defaults are those of the published data set. */
  constructor(settings: Partial<HandbookSettings> = {}) {
    this.settings = { ...publishedHandbook, ...settings };
  }

  /** The days, in order; of each the transactions, in order. */
  *[Symbol.iterator](): Generator<TransactionBlock, void> {
    const { settings } = this;
    const draws = new DayDraws(populationOf(settings), settings.seedOffset);
    const compromised = new CompromisedTerminals(settings);
    const ahead: Day[] = [];
    for (let day = 0, drawn = 0; day < settings.days; day++) {
      while (drawn < settings.days && drawn < day + Math.max(1, settings.customerDays)) {
        const next = draws.next();
        this.markAmounts(next);
        this.markTerminals(next, compromised.on(drawn++));
        ahead.push(next);
      }
      if (isMarkedAfter(day, settings)) this.markCustomers(ahead, day);
      const [first] = ahead.splice(0, 1);
      if (first !== undefined) yield blockOf(first, settings.startMs + day * dayMs);
    }
  }

  /** Scenario 1: a large amount. */
  private markAmounts({ count, cents, scenario }: Day): void {
    const centsMax = this.settings.amountMax * 100;
    for (let row = 0; row < count; row++) {
      if ((cents[row] as number) <= centsMax) continue;
      scenario[row] = 1;
      this.marked.scenario1++;
    }
  }

  /** Scenario 2: a compromised terminal. */
  private markTerminals({ count, terminal, scenario }: Day, compromises: Uint16Array): void {
    for (let row = 0; row < count; row++) {
      if ((compromises[terminal[row] as number] as number) === 0) continue;
      if (scenario[row] === 0) this.marked.scenario2++;
      scenario[row] = 2;
    }
  }

  /** Scenario 3: a third of what some customers buy in the coming days is larger, and fraud. */
  private markCustomers(ahead: readonly Day[], day: number): void {
    const { customers, customersPerDay, customerDays, amountFactor, seedOffset } = this.settings;
    const chosen = new NumpyRandom(day + seedOffset).choice(customers, customersPerDay);
    const theirs = ahead
      .slice(0, customerDays)
      .flatMap(one => rowsOf(one, chosen).map(row => ({ one, row })));
    const sample = new PythonRandom(day + seedOffset).sample(
      theirs.length,
      Math.floor(theirs.length / 3),
    );
    for (const index of sample) {
      const { one, row } = theirs[index] as { readonly one: Day; readonly row: number };
      one.cents[row] = Math.round((one.cents[row] as number) * amountFactor);
      if (one.scenario[row] === 0) this.marked.scenario3++;
      one.scenario[row] = 3;
    }
  }
}

/** The simulator compromises nobody on the last day. */
const isMarkedAfter = (day: number, { days }: HandbookSettings): boolean => day < days - 1;

/** The terminals that are compromised on a day, for days that are asked for in order. */
class CompromisedTerminals {
  private readonly counts: Uint16Array;
  private readonly begun: Int32Array[] = [];

  constructor(private readonly settings: HandbookSettings) {
    this.counts = new Uint16Array(settings.terminals);
  }

  on(day: number): Uint16Array {
    const { terminals, terminalsPerDay, terminalDays, seedOffset } = this.settings;
    if (isMarkedAfter(day, this.settings)) {
      const chosen = new NumpyRandom(day + seedOffset).choice(terminals, terminalsPerDay).slice();
      this.begun.push(chosen);
      this.count(chosen, 1);
    }
    const ended = day - terminalDays;
    if (ended >= 0) this.count(this.begun.shift() ?? new Int32Array(0), -1);
    return this.counts;
  }

  private count(chosen: Int32Array, plus: number): void {
    for (const terminal of chosen) {
      this.counts[terminal] = (this.counts[terminal] as number) + plus;
    }
  }
}

function rowsOf({ count, customer }: Day, chosen: Int32Array): number[] {
  const rows: number[] = [];
  for (let row = 0; row < count; row++) {
    if (chosen.includes(customer[row] as number)) rows.push(row);
  }
  return rows;
}

function blockOf(day: Day, midnightMs: number): TransactionBlock {
  const { count, second, cents, customer, terminal, scenario } = day;
  const timeMs = new Float64Array(count);
  const amount = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    timeMs[row] = midnightMs + (second[row] as number) * 1000;
    amount[row] = (cents[row] as number) / 100;
  }
  return { count, timeMs, customer, terminal, amount, scenario };
}
