/** Sorted copies, and counting in them. */

/**
 * The values in ascending order, to read only: the sample itself when it is so already, which makes it
 * cheap to compare one sorted reference again and again; else a sorted copy.
 */
export const sorted = (sample: Float64Array): Float64Array =>
  isAscending(sample) ? sample : sample.slice().sort();

function isAscending(sample: Float64Array): boolean {
  for (let index = 1; index < sample.length; index++) {
    if (!((sample[index] as number) >= (sample[index - 1] as number))) return false;
  }
  return true;
}

/** How many of the sorted values are below the value, or at most it. */
export function countBelow(
  ascending: Float64Array,
  value: number,
  { isInclusive = false }: { readonly isInclusive?: boolean } = {},
): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = ascending[middle] as number;
    if (at < value || (isInclusive && at === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many different values there are. */
export function countDistinct(ascending: Float64Array): number {
  let count = 0;
  ascending.forEach((value, index) => {
    if (index === 0 || value !== ascending[index - 1]) count++;
  });
  return count;
}
