/** Fisher's exact test of a table of two by two. */
import type { Shares } from './shares.js';

/** The odds ratio of the sample, and the two-sided p-value. */
export interface FisherResult {
  readonly oddsRatio: number;
  readonly pValue: number;
}

/** Tables count as equally likely up to this, as rounding must not part them. */
const likenessMax = 1 + 1e-10;

/**
 * The table is [[current of the second category, current of the first], [reference likewise]], as
 * Evidently sets it up. The p-value is the chance of all tables of these margins that are no likelier.
 */
export function fisherExact({ reference, current }: Shares): FisherResult {
  const [d = 0, c = 0] = reference;
  const [b = 0, a = 0] = current;
  return { oddsRatio: (a * d) / (b * c), pValue: chanceOfNoLikelier(a, b, c, d) };
}

/** Chances are had from their ratios, the likeliest being 1, so that no factorial is ever needed. */
function chanceOfNoLikelier(a: number, b: number, c: number, d: number): number {
  const row = a + b;
  const column = a + c;
  const all = row + c + d;
  const least = Math.max(0, row + column - all);
  const largest = Math.min(row, column);
  const mode = Math.min(
    largest,
    Math.max(least, Math.floor(((row + 1) * (column + 1)) / (all + 2))),
  );
  const ratio = (k: number): number =>
    ((row - k) * (column - k)) / ((k + 1) * (all - row - column + k + 1));
  const chances = new Float64Array(largest - least + 1);
  chances[mode - least] = 1;
  for (let k = mode; k < largest; k++) {
    chances[k + 1 - least] = (chances[k - least] as number) * ratio(k);
  }
  for (let k = mode - 1; k >= least; k--) {
    chances[k - least] = (chances[k + 1 - least] as number) / ratio(k);
  }
  const limit = (chances[a - least] as number) * likenessMax;
  const sum = chances.reduce((total, chance) => total + chance, 0);
  const unlikely = chances.reduce((total, chance) => total + (chance <= limit ? chance : 0), 0);
  return Math.min(1, unlikely / sum);
}
