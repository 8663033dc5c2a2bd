/** The transactions of one day as the Fraud Detection Handbook's simulator draws them, without fraud. */
import { NumpyRandom } from '../mersenne/numpy-random.js';
import { PythonRandom } from '../mersenne/python-random.js';
import type { Population } from './population.js';

/** A day's transactions in order of time; those of one second in the order of their customers. */
export interface Day {
  readonly count: number;
  readonly second: Int32Array;
  readonly customer: Int32Array;
  readonly terminal: Int32Array;
  readonly cents: Int32Array;
  readonly scenario: Uint8Array;
}

/** Of the time of day: the mean is noon. In seconds. */
const meanSecond = 43_200;
const secondDeviation = 20_000;
const daySeconds = 86_400;

/**
 * Draws day after day. Every customer has generators of its own, which stand still between two days: 5 kB
 * a customer, however many days are drawn.
 */
export class DayDraws {
  private readonly numpy: readonly NumpyRandom[];
  private readonly python: readonly PythonRandom[];
  private rows = new Rows(16_384);

  constructor(
    private readonly population: Population,
    seedOffset: number,
  ) {
    const count = population.perDay.length;
    const seeds = Array.from({ length: count }, (_, customer) => customer + seedOffset);
    this.numpy = seeds.map(seed => new NumpyRandom(seed));
    this.python = seeds.map(seed => new PythonRandom(seed));
  }

  /** The next day. */
  next(): Day {
    this.rows.count = 0;
    for (let customer = 0; customer < this.numpy.length; customer++) this.drawCustomer(customer);
    return sorted(this.rows);
  }

  private drawCustomer(customer: number): void {
    const { meanAmount, perDay, nearby } = this.population;
    const numpy = this.numpy[customer] as NumpyRandom;
    const mean = meanAmount[customer] as number;
    const first = nearby.offsets[customer] as number;
    const choices = (nearby.offsets[customer + 1] as number) - first;
    const drawn = numpy.poisson(perDay[customer] as number);
    for (let turn = 0; turn < drawn; turn++) {
      const second = Math.trunc(numpy.normal(meanSecond, secondDeviation));
      if (second <= 0 || second >= daySeconds) continue;
      const amount = numpy.normal(mean, mean / 2);
      const cents = halfEven((amount < 0 ? numpy.uniform(0, mean * 2) : amount) * 100);
      // Whoever has no terminal in reach draws all the same, and buys nothing.
      if (choices === 0) continue;
      const chosen = (this.python[customer] as PythonRandom).below(choices);
      if (this.rows.isFull()) this.rows = this.rows.doubled();
      this.rows.add(second, customer, nearby.flat[first + chosen] as number, cents);
    }
  }
}

/** Rows of a day in the order in which they were drawn. */
class Rows {
  count = 0;
  readonly second: Int32Array;
  readonly customer: Int32Array;
  readonly terminal: Int32Array;
  readonly cents: Int32Array;

  constructor(private readonly countMax: number) {
    this.second = new Int32Array(countMax);
    this.customer = new Int32Array(countMax);
    this.terminal = new Int32Array(countMax);
    this.cents = new Int32Array(countMax);
  }

  isFull(): boolean {
    return this.count === this.countMax;
  }

  add(second: number, customer: number, terminal: number, cents: number): void {
    const at = this.count++;
    this.second[at] = second;
    this.customer[at] = customer;
    this.terminal[at] = terminal;
    this.cents[at] = cents;
  }

  doubled(): Rows {
    const larger = new Rows(this.countMax * 2);
    larger.count = this.count;
    larger.second.set(this.second);
    larger.customer.set(this.customer);
    larger.terminal.set(this.terminal);
    larger.cents.set(this.cents);
    return larger;
  }
}

function sorted(rows: Rows): Day {
  const { count } = rows;
  const keys = new Float64Array(count);
  for (let at = 0; at < count; at++) keys[at] = (rows.second[at] as number) * 0x1000000 + at;
  keys.sort();
  const day: Day = {
    count,
    second: new Int32Array(count),
    customer: new Int32Array(count),
    terminal: new Int32Array(count),
    cents: new Int32Array(count),
    scenario: new Uint8Array(count),
  };
  for (let to = 0; to < count; to++) {
    const at = (keys[to] as number) % 0x1000000;
    day.second[to] = rows.second[at] as number;
    day.customer[to] = rows.customer[at] as number;
    day.terminal[to] = rows.terminal[at] as number;
    day.cents[to] = rows.cents[at] as number;
  }
  return day;
}

/** Rounds a half to the even neighbour, as C's `rint` and so numpy does. */
function halfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
