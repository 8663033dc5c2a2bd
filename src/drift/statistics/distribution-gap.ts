/** The integral over the gap between two empirical distributions, which several distances are. */
import { sorted } from './sorted.js';

/** The integral of `weight(F - G)` over the axis, F and G being the two empirical distributions. */
export function integrateGap(
  reference: Float64Array,
  current: Float64Array,
  weight: (gap: number) => number,
): number {
  const a = sorted(reference);
  const b = sorted(current);
  let ofA = 0;
  let ofB = 0;
  let last = NaN;
  let sum = 0;
  while (ofA < a.length || ofB < b.length) {
    const value = Math.min(a[ofA] ?? Infinity, b[ofB] ?? Infinity);
    if (ofA + ofB > 0) sum += weight(ofA / a.length - ofB / b.length) * (value - last);
    while (a[ofA] === value) ofA++;
    while (b[ofB] === value) ofB++;
    last = value;
  }
  return sum;
}
