/** Lists of a job's indexes: `0-2,5`. @upstream pkg/apis/batch/validation/validation.go validateIndexesFormat */

/** The number of indexes, or what is wrong with the list. */
export type IndexCount =
  { readonly isOk: true; readonly count: number } | { readonly isOk: false; readonly text: string };

type Interval =
  | { readonly isOk: true; readonly from: number; readonly to: number }
  | { readonly isOk: false; readonly text: string };

/** Counts the indexes of a list that has to be in order, all below the number of completions. */
export function countIndexes(list: string, completions: number): IndexCount {
  if (list === '') return { isOk: true, count: 0 };
  let last: number | undefined;
  let count = 0;
  for (const part of list.split(',')) {
    const interval = parseInterval(part, completions);
    if (!interval.isOk) return interval;
    if (last !== undefined && last >= interval.from) {
      return wrong(`non-increasing order, previous: ${last}, current: ${interval.from}`);
    }
    count += interval.to - interval.from + 1;
    last = interval.to;
  }
  return { isOk: true, count };
}

/** The first index that is in both lists; what can't be read in them is passed over. */
export function firstShared(left: string, right: string, completions: number): number | undefined {
  const rights = intervals(right, completions);
  for (const one of intervals(left, completions)) {
    for (const other of rights) {
      if (one.from <= other.to && other.from <= one.to) return Math.max(one.from, other.from);
    }
  }
  return undefined;
}

function intervals(list: string, completions: number) {
  if (list === '') return [];
  return list.split(',').flatMap(part => {
    const interval = parseInterval(part, completions);
    return interval.isOk ? [interval] : [];
  });
}

function wrong(text: string): { readonly isOk: false; readonly text: string } {
  return { isOk: false, text };
}

function parseInterval(text: string, completions: number): Interval {
  const [first = '', second, ...more] = text.split('-');
  if (more.length > 0) {
    return wrong(
      `the fragment ${JSON.stringify(text)} violates the requirement that an index interval ` +
        "can have at most two parts separated by '-'",
    );
  }
  const from = parseIndex(first, completions);
  if (typeof from === 'string') return wrong(from);
  if (second === undefined) return { isOk: true, from, to: from };
  const to = parseIndex(second, completions);
  if (typeof to === 'string') return wrong(to);
  if (from >= to) return wrong(`non-increasing order, previous: ${from}, current: ${to}`);
  return { isOk: true, from, to };
}

function parseIndex(text: string, completions: number): number | string {
  if (!/^[+-]?\d+$/.test(text)) {
    return `cannot convert string to integer for index: ${JSON.stringify(text)}`;
  }
  const index = Number(text);
  return index >= completions ? `too large index: ${JSON.stringify(text)}` : index;
}
