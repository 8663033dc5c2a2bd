/** The best split of a node, by the second-order gain of Chen and Guestrin (XGBoost, 2016, equation 7). */
import type { BinnedRows } from './bins.js';

/** What the rows of a node sum up to. */
export interface NodeSums {
  readonly slope: number;
  readonly curvature: number;
}

/** What a split must meet. */
export interface SplitSettings {
  /** The least sum of curvatures on either side. */
  readonly minChildWeight: number;
  /** The penalty of squared leaf values. */
  readonly lambda: number;
}

/** A split: rows up to this slot of its column go left. */
export interface Split {
  readonly column: number;
  readonly slot: number;
  readonly left: NodeSums;
  readonly right: NodeSums;
}

/**
 * A side that weighs less holds no rows, or none that the model is not sure of: what is left is rounding.
 */
const weightMin = 1e-6;

/** A gain that is only rounding does not split a node. */
const gainMin = 1e-10;

/** The split of the greatest gain (the first of equals: lower column, lower slot), or none that gains. */
export function bestSplit(
  { columns, firstSlots }: BinnedRows,
  histogram: Float64Array,
  { slope: slopeSum, curvature: curvatureSum }: NodeSums,
  { minChildWeight, lambda }: SplitSettings,
): Split | undefined {
  let best = (slopeSum * slopeSum) / (curvatureSum + lambda) + gainMin;
  let found: Split | undefined;
  const least = Math.max(weightMin, minChildWeight);
  for (let column = 0; column < columns; column++) {
    const last = (firstSlots[column + 1] ?? 0) - 1;
    let slope = 0;
    let curvature = 0;
    for (let slot = firstSlots[column] ?? 0; slot < last; slot++) {
      slope += histogram[2 * slot] ?? 0;
      curvature += histogram[2 * slot + 1] ?? 0;
      const other = curvatureSum - curvature;
      if (curvature < least) continue;
      if (other < least) break;
      const rest = slopeSum - slope;
      const quality = (slope * slope) / (curvature + lambda) + (rest * rest) / (other + lambda);
      if (!(quality > best)) continue;
      best = quality;
      found = {
        column,
        slot,
        left: { slope, curvature },
        right: { slope: rest, curvature: other },
      };
    }
  }
  return found;
}
