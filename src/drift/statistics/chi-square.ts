/** Chi-square tests of counts. */
import { chiSquareTail } from '../distributions/chi-square.js';
import type { Shares } from './shares.js';
import type { TestResult } from './test-result.js';

/** With the degrees of freedom. */
export interface ContingencyResult extends TestResult {
  readonly degrees: number;
}

interface Cell {
  readonly observed: number;
  readonly expected: number;
}

/** How two rows of counts deviate from having the same shares; corrected after Yates when both are pairs. */
export const chiSquareContingency = (counts: Shares): ContingencyResult =>
  contingency(counts, cells =>
    cells.reduce((sum, { observed, expected }) => sum + (observed - expected) ** 2 / expected, 0),
  );

/** The same by the likelihood ratio: 2 times the sum of o ln(o / e). */
export const gTest = (counts: Shares): ContingencyResult =>
  contingency(
    counts,
    cells =>
      2 *
      cells.reduce((sum, { observed, expected }) => {
        return observed === 0 ? sum : sum + observed * Math.log(observed / expected);
      }, 0),
  );

/**
 * Evidently's chi-square: the current counts against those that the reference's shares let expect. It
 * takes the reference for exact, so it finds more than a contingency table. Undefined when a category is
 * new, as none of it was to be expected.
 */
export function chiSquareOfReference({ reference, current }: Shares): TestResult | undefined {
  const scale = total(current) / total(reference);
  let statistic = 0;
  for (let index = 0; index < reference.length; index++) {
    const expected = (reference[index] as number) * scale;
    if (expected === 0) return undefined;
    statistic += ((current[index] as number) - expected) ** 2 / expected;
  }
  return { statistic, pValue: tail(statistic, reference.length - 1) };
}

function contingency(
  { reference, current }: Shares,
  statisticOf: (cells: readonly Cell[]) => number,
): ContingencyResult {
  const degrees = reference.length - 1;
  const sums = [total(reference), total(current)];
  const all = total(sums);
  const cells = [reference, current].flatMap((row, which) =>
    row.map((observed, index) => {
      const column = (reference[index] as number) + (current[index] as number);
      const expected = ((sums[which] as number) * column) / all;
      return { observed: degrees === 1 ? yates(observed, expected) : observed, expected };
    }),
  );
  const statistic = degrees === 0 ? 0 : Math.max(0, statisticOf(cells));
  return { statistic, pValue: tail(statistic, degrees), degrees };
}

/** Half a count nearer to what was expected, but not beyond it. */
function yates(observed: number, expected: number): number {
  const difference = expected - observed;
  return observed + Math.sign(difference) * Math.min(0.5, Math.abs(difference));
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** Of one category nothing can be said. */
const tail = (statistic: number, degrees: number): number =>
  degrees === 0 ? 1 : chiSquareTail(statistic, degrees);
