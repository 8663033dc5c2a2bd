/** Binning: each column's values become a few whole numbers, so that splits are sought among those. */
import type { Dataset } from '../model.js';

/** The rows in bins. */
export interface BinnedRows {
  readonly rows: number;
  readonly columns: number;
  /** Row after row: the slot of the value, which is the column's first slot plus the value's bin. */
  readonly slots: Uint16Array | Uint32Array;
  /** The first slot of each column, and at the end the number of slots. */
  readonly firstSlots: Int32Array;
  /**
   * For each slot, the greatest value that still belongs to it or to a lower bin of its column: a split
   * after the slot sends values up to this left. The last slot of each column has `neverRight`.
   */
  readonly thresholds: Float64Array;
}

/** A threshold that every number passes to the left; only NaN, a missing value, goes right. */
export const neverRight = Number.MAX_VALUE;

/** Cuts each column into at most `binsMax` bins of about as many rows. NaN gets a bin above all others. */
export function binRows(data: Dataset, binsMax: number): BinnedRows {
  const cuts = Array.from({ length: data.columns }, (_, column) =>
    columnCuts(sortedColumn(data, column), binsMax),
  );
  const firstSlots = new Int32Array(data.columns + 1);
  cuts.forEach(({ length }, column) => {
    firstSlots[column + 1] = (firstSlots[column] ?? 0) + length;
  });
  const slotCount = firstSlots[data.columns] ?? 0;
  const Slots = slotCount <= 0x1_0000 ? Uint16Array : Uint32Array;
  const slots = new Slots(data.rows * data.columns);
  const thresholds = new Float64Array(slotCount);
  cuts.forEach((edges, column) => {
    const first = firstSlots[column] ?? 0;
    thresholds.set(edges, first);
    for (let at = column; at < slots.length; at += data.columns) {
      slots[at] = first + binOf(edges, data.values[at] ?? NaN);
    }
  });
  return { rows: data.rows, columns: data.columns, slots, firstSlots, thresholds };
}

/** A column in ascending order, NaN last. */
function sortedColumn({ rows, columns, values }: Dataset, column: number): Float64Array {
  const sorted = new Float64Array(rows);
  for (let row = 0; row < rows; row++) sorted[row] = values[row * columns + column] ?? NaN;
  return sorted.sort();
}

/**
 * The upper edge of each bin. A bin is closed at the next new value once it holds its share of the rows
 * that were left when it was opened, so that frequent values have bins of their own.
 */
function columnCuts(sorted: Float64Array, binsMax: number): number[] {
  const firstNaN = sorted.findIndex(Number.isNaN);
  const end = firstNaN < 0 ? sorted.length : firstNaN;
  const hasNaN = end < sorted.length;
  const bins = binsMax - (hasNaN ? 1 : 0);
  const edges: number[] = [];
  const distinct = distinctUpTo(sorted, end, bins);
  let from = 0;
  for (let at = 1; at < end && edges.length < bins - 1; at++) {
    const edge = edgeBetween(sorted[at - 1] ?? 0, sorted[at] ?? 0);
    if (edge === undefined) continue;
    const isFull = at - from >= (end - from) / (bins - edges.length);
    if (distinct > bins && !isFull) continue;
    edges.push(edge);
    from = at;
  }
  if (end > 0) edges.push(neverRight);
  if (hasNaN) edges.push(neverRight);
  return edges;
}

/** How many values an edge can part; counting stops beyond the limit. */
function distinctUpTo(sorted: Float64Array, end: number, limit: number): number {
  let distinct = end > 0 ? 1 : 0;
  for (let at = 1; at < end && distinct <= limit; at++) {
    if (edgeBetween(sorted[at - 1] ?? 0, sorted[at] ?? 0) !== undefined) distinct++;
  }
  return distinct;
}

/**
 * The middle of two values in single precision, if it parts them there too. Values that only double precision
 * tells apart, such as one mean summed in two orders, share a bin: so a scorer in single precision (ONNX)
 * decides as ours does.
 */
function edgeBetween(low: number, high: number): number | undefined {
  if (low === high) return undefined;
  const edge = Math.fround(low + (high - low) / 2);
  const isParting = low <= edge && edge < high && edge < Math.fround(high);
  return isParting ? edge : undefined;
}

/** The first bin whose edge the value does not exceed; NaN has the last. */
function binOf(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length - 1;
  if (Number.isNaN(value)) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (edges[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
