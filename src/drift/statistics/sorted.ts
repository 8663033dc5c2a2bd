/** Sorted copies, and counting in them. */

/** The values in ascending order; the sample itself is left alone. */
export const sorted = (sample: Float64Array): Float64Array => sample.slice().sort();

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
