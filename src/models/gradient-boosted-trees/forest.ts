/** Trees of one depth in flat arrays, and how they score rows. */

/**
 * Trees as perfect binary ones. Inner node n of a tree (the root is 1) has the children 2n and 2n + 1; node n
 * of tree t lies at t * 2^depth + n, and so does leaf 2^depth + i at t * 2^depth + i of the leaves.
 * A value up to the threshold goes left; all else, NaN as well, goes right. A node that was not split sends
 * rows anywhere: all leaves below it are equal.
 */
export interface Forest {
  readonly trees: number;
  readonly depth: number;
  readonly columns: number;
  /** The column that each inner node asks about. */
  readonly features: Int32Array;
  readonly thresholds: Float64Array;
  /** In log odds. */
  readonly leaves: Float64Array;
  /** The log odds before any tree. */
  readonly base: number;
}

/** A forest of empty trees, which add nothing. */
export function emptyForest(shape: Pick<Forest, 'trees' | 'depth' | 'columns' | 'base'>): Forest {
  const size = shape.trees << shape.depth;
  return {
    ...shape,
    features: new Int32Array(size),
    thresholds: new Float64Array(size),
    leaves: new Float64Array(size),
  };
}

/** Rows that are taken through one tree after another while they stay in the processor's cache. */
const blockRows = 256;

/** The log odds of each row. Nothing is allocated. */
export function forestMargins(
  forest: Forest,
  values: Float64Array,
  rows: number,
  margins: Float64Array,
): void {
  margins.fill(forest.base, 0, rows);
  for (let from = 0; from < rows; from += blockRows) {
    const to = Math.min(rows, from + blockRows);
    for (let tree = 0; tree < forest.trees; tree++)
      addTree(forest, tree, values, margins, from, to);
  }
}

function addTree(
  { depth, columns, features, thresholds, leaves }: Forest,
  tree: number,
  values: Float64Array,
  margins: Float64Array,
  from: number,
  to: number,
): void {
  const first = tree << depth;
  const width = 1 << depth;
  for (let row = from; row < to; row++) {
    const at = row * columns;
    let node = 1;
    while (node < width) {
      const value = values[at + (features[first + node] ?? 0)] ?? 0;
      node = 2 * node + (value <= (thresholds[first + node] ?? 0) ? 0 : 1);
    }
    margins[row] = (margins[row] ?? 0) + (leaves[first + node - width] ?? 0);
  }
}
