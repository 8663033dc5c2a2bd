/** The value at a rank, without sorting all others. */

/**
 * The value that stands at a rank, from 0 on, when the sample is sorted ascending; NaN stands at the end, as
 * it does for a sort of numbers. Hoare's selection: a part of the sample is looked at anew each time, on
 * average twice as much as there is.
 */
export function atRank(sample: Float64Array, rank: number): number {
  const values = new Float64Array(sample.length);
  let present = 0;
  for (let row = 0; row < sample.length; row++) {
    const value = sample[row] as number;
    if (!Number.isNaN(value)) values[present++] = value;
  }
  let low = 0;
  let high = present - 1;
  if (rank > high) return NaN;
  while (low < high) {
    const pivot = values[(low + high) >>> 1] as number;
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] as number) < pivot) left++;
      while ((values[right] as number) > pivot) right--;
      if (left > right) break;
      const moved = values[left] as number;
      values[left++] = values[right] as number;
      values[right--] = moved;
    }
    // What stands between the two equals the pivot.
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else return pivot;
  }
  return values[rank] as number;
}
