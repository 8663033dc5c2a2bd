/** Rows of the 15 features, drawn at random in shapes like the handbook's: what a monitor is tested on. */
import { Random } from '../../sim/engine/random.js';
import { featureNames } from '../../src/traffic/transaction.js';

/** How rows differ from the stationary ones. */
export interface SyntheticShift {
  /** Amounts and their means are multiplied. */
  readonly amountFactor?: number;
  /** Terminals are risky so many times as often. */
  readonly riskFactor?: number;
  /** The clock is read so many hours ahead. */
  readonly hoursAhead?: number;
  /** This share of amounts is missing. */
  readonly missing?: number;
}

const hourMs = 3_600_000;
const columns = featureNames.length;

/** Draws rows one after another; each is written into `into`, which is given back. */
export class SyntheticRows {
  private readonly random: Random;
  private readonly into = new Float64Array(columns);

  constructor(seed: number) {
    this.random = new Random(seed, 'synthetic-rows');
  }

  row(timeMs: number, shift: SyntheticShift = {}): Float64Array {
    const { amountFactor = 1, riskFactor = 1, hoursAhead = 0, missing = 0 } = shift;
    const hours = Math.floor(timeMs / hourMs) + hoursAhead;
    const mean = this.random.between(5, 100) * amountFactor;
    const row = this.into;
    row[0] =
      this.random.float() < missing ? NaN : Math.abs(mean * (1 + 0.5 * this.random.normal()));
    row[1] = (Math.floor(hours / 24) + 3) % 7 >= 5 ? 1 : 0;
    row[2] = hours % 24 <= 6 ? 1 : 0;
    const perDay = this.random.between(0, 4);
    [1, 7, 30].forEach((days, index) => {
      const count = this.count(1 + perDay * days);
      row[3 + 2 * index] = count;
      row[4 + 2 * index] = Math.abs(mean * (1 + (0.5 / Math.sqrt(count)) * this.random.normal()));
      const seen = this.count(days);
      const isRisky = this.random.float() < 0.02 * riskFactor;
      row[9 + 2 * index] = seen;
      row[10 + 2 * index] = isRisky && seen > 0 ? this.random.float() : 0;
    });
    return row;
  }

  /** Rows at even distances, with their times. */
  block(rows: number, { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number }) {
    const values = new Float64Array(rows * columns);
    const timesMs = Float64Array.from(
      { length: rows },
      (_, row) => fromMs + (row * (untilMs - fromMs)) / rows,
    );
    timesMs.forEach((timeMs, row) => values.set(this.row(timeMs), row * columns));
    return { rows, values, timesMs };
  }

  /** About Poisson: a rounded normal draw of the same mean and variance, at least 1. */
  private count(mean: number): number {
    return Math.max(1, Math.round(mean + Math.sqrt(mean) * this.random.normal()));
  }
}
