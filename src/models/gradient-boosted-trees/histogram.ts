/** Histograms of slopes and curvatures by slot. */
import type { BinnedRows } from './bins.js';

/** Rows of an order from one place up to another. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Sums the slope and the curvature of a node's rows by slot: `histogram[2 slot]` and the number after it.
 * `slopes` holds slope and curvature of each row in turn. Going row by row keeps additions to one slot apart,
 * which a processor likes better than column by column.
 */
export function fillHistogram(
  binned: BinnedRows,
  slopes: Float64Array,
  order: Uint32Array,
  { from, to }: Span,
  histogram: Float64Array,
): void {
  const { columns, slots } = binned;
  histogram.fill(0);
  for (let at = from; at < to; at++) {
    const row = order[at] ?? 0;
    const slope = slopes[2 * row] ?? 0;
    const curvature = slopes[2 * row + 1] ?? 0;
    const first = row * columns;
    for (let column = 0; column < columns; column++) {
      const slot = 2 * (slots[first + column] ?? 0);
      histogram[slot] = (histogram[slot] ?? 0) + slope;
      histogram[slot + 1] = (histogram[slot + 1] ?? 0) + curvature;
    }
  }
}

/** Takes one child's histogram out of its parent's, which becomes the other child's. */
export function subtractHistogram(parent: Float64Array, child: Float64Array): void {
  for (let index = 0; index < parent.length; index++) {
    parent[index] = (parent[index] ?? 0) - (child[index] ?? 0);
  }
}
