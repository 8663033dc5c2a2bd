/** Sets of indexes as ordered intervals, written `0,2-4`. @upstream pkg/controller/job/indexed_job_utils.go */

/** Indexes from first to last, both included. */
export interface Interval {
  readonly first: number;
  readonly last: number;
}

/** Intervals in ascending order, neither overlapping nor touching. */
export type Intervals = readonly Interval[];

/** How many indexes there are. */
export function total(intervals: Intervals): number {
  return intervals.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** Whether the index is among them. */
export function has(intervals: Intervals, index: number): boolean {
  return intervals.some(({ first, last }) => first <= index && index <= last);
}

/** Both together. */
export function merged(a: Intervals, b: Intervals): Intervals {
  const sorted = [...a, ...b].sort((left, right) => left.first - right.first);
  const result: Interval[] = [];
  for (const interval of sorted) {
    const previous = result.at(-1);
    if (previous === undefined || interval.first > previous.last + 1) result.push(interval);
    else if (previous.last < interval.last) {
      result[result.length - 1] = { first: previous.first, last: interval.last };
    }
  }
  return result;
}

/** The intervals and these indexes, in any order. */
export function withIndexes(intervals: Intervals, indexes: Iterable<number>): Intervals {
  const added = [...indexes].map(index => ({ first: index, last: index }));
  return added.length === 0 ? intervals : merged(intervals, added);
}

/** `0,2-4`: two neighbours are told as two, three as a range. */
export function printed(intervals: Intervals): string {
  return intervals
    .map(({ first, last }) => {
      if (first === last) return String(first);
      return `${first}${last === first + 1 ? ',' : '-'}${last}`;
    })
    .join(',');
}

/** Reads them back; what is no number, or not below `completions`, is left out. */
export function parsed(text: string | undefined, completions: number): Intervals {
  const result: Interval[] = [];
  for (const part of text === undefined || text === '' ? [] : text.split(',')) {
    const [from = '', to] = part.split('-');
    const first = integer(from);
    if (first === undefined) continue;
    if (first >= completions) break;
    const end = to === undefined ? first : integer(to);
    if (end === undefined) continue;
    const last = Math.min(end, completions - 1);
    const previous = result.at(-1);
    if (previous?.last === first - 1) result[result.length - 1] = { ...previous, last };
    else result.push({ first, last });
  }
  return result;
}

/** How many indexes both have. */
export function overlap(a: Intervals, b: Intervals): number {
  let count = 0;
  for (const left of a) {
    for (const right of b) {
      count += Math.max(0, Math.min(left.last, right.last) - Math.max(left.first, right.first) + 1);
    }
  }
  return count;
}

function integer(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}
