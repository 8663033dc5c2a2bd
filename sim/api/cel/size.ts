/** Ranges of sizes and costs, which never overflow. @upstream cel-go/checker/cost.go */

/** A range, both ends included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

const uint64Max = 2 ** 64;

/** A range of one number. */
export function exactly(value: number): Range {
  return { min: value, max: value };
}

/** Anything. */
export const anySize: Range = { min: 0, max: uint64Max };

/** A factor of costs: a character of a string that is walked. */
export const traversalFactor = 0.1;
/** A factor of costs: a character of a regular expression. */
export const regexFactor = 0.25;

function capped(value: number): number {
  return Math.min(value, uint64Max);
}

/** The sum of ranges. */
export function plus(...ranges: readonly Range[]): Range {
  let [min, max] = [0, 0];
  for (const range of ranges) {
    min = capped(min + range.min);
    max = capped(max + range.max);
  }
  return { min, max };
}

/** The product of two ranges. */
export function times(left: Range, right: Range): Range {
  return { min: capped(left.min * right.min), max: capped(left.max * right.max) };
}

/** The range times a factor, rounded up. */
export function scaled({ min, max }: Range, factor: number): Range {
  return { min: capped(Math.ceil(min * factor)), max: capped(Math.ceil(max * factor)) };
}

/** The range that covers both. */
export function union(left: Range, right: Range): Range {
  return { min: Math.min(left.min, right.min), max: Math.max(left.max, right.max) };
}
