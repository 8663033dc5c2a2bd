/**
 * Scores rows without walking through trees: every column's value picks a row of bit masks, and where all of
 * them overlap, one bit of each tree is left standing lowest: its leaf.
 * After QuickScorer (Lucchese et al., SIGIR 2015), with the masks of each interval of a column united beforehand.
 */
import type { Forest } from './forest.js';

/** The masks of a forest. */
export interface LeafMasks {
  readonly forest: Forest;
  /** Trees side by side in 32 bits: tree t has the bits from `2^depth * (t % perWord)` of word `t / perWord`. */
  readonly perWord: number;
  readonly words: number;
  /** The different thresholds of each column, ascending, column after column. */
  readonly thresholds: Float64Array;
  /** Where the thresholds of each column begin, and at the end their number. */
  readonly firstThresholds: Int32Array;
  /** For a column's values above k of its thresholds, `words` masks of the leaves that they may reach. */
  readonly masks: Int32Array;
  /** Where the masks of each column begin. */
  readonly firstMasks: Int32Array;
  /** Where the masks lie that the row at hand picked; reused. */
  readonly picked: Int32Array;
}

/** Leaves of one tree must fit into 32 bits. */
const depthMax = 5;

/** More masks than this (a megabyte) would fall out of the processor's cache; walking is then faster. */
const masksMax = 2 ** 18;

/** The masks of a forest; undefined when it is too deep or too large for them to be of use. */
export function leafMasks(forest: Forest): LeafMasks | undefined {
  const { trees, depth, columns } = forest;
  if (depth > depthMax) return undefined;
  const perWord = 32 >> depth;
  const words = Math.ceil(trees / perWord);
  const byColumn = Array.from({ length: columns }, (_, column) => thresholdsOf(forest, column));
  const firstThresholds = new Int32Array(columns + 1);
  const firstMasks = new Int32Array(columns);
  let end = 0;
  byColumn.forEach(({ length }, column) => {
    firstThresholds[column + 1] = (firstThresholds[column] ?? 0) + length;
    firstMasks[column] = end;
    end += (length + 1) * words;
  });
  if (end > masksMax) return undefined;
  const made: LeafMasks = {
    forest,
    perWord,
    words,
    thresholds: Float64Array.from(byColumn.flat()),
    firstThresholds,
    masks: new Int32Array(end).fill(-1),
    firstMasks,
    picked: new Int32Array(columns),
  };
  for (let tree = 0; tree < trees; tree++) {
    for (let node = 1; node < 1 << depth; node++) dropLeaves(made, tree, node);
  }
  return made;
}

function thresholdsOf({ features, thresholds, depth }: Forest, column: number): number[] {
  const isNode = (at: number): boolean => at % (1 << depth) !== 0;
  const own = thresholds.filter((_, at) => isNode(at) && features[at] === column);
  return [...new Set(own.sort())];
}

/** Values beyond a node's threshold cannot reach the leaves on its left. */
function dropLeaves(made: LeafMasks, tree: number, node: number): void {
  const { forest, perWord, words, masks } = made;
  const at = (tree << forest.depth) + node;
  const level = 31 - Math.clz32(node);
  const span = (1 << forest.depth) >> level;
  const firstLeaf = node * span - (1 << forest.depth) + (tree % perWord) * (1 << forest.depth);
  let dropped = 0;
  for (let leaf = 0; leaf < span / 2; leaf++) dropped |= 1 << (firstLeaf + leaf);
  const column = forest.features[at] ?? 0;
  const count = (made.firstThresholds[column + 1] ?? 0) - (made.firstThresholds[column] ?? 0);
  const word = Math.floor(tree / perWord);
  const least = thresholdsBelow(made, column, forest.thresholds[at] ?? 0) + 1;
  for (let above = least; above <= count; above++) {
    const mask = (made.firstMasks[column] ?? 0) + above * words + word;
    masks[mask] = (masks[mask] ?? 0) & ~dropped;
  }
}

/** How many of a column's thresholds lie below a value; NaN is above them all. */
function thresholdsBelow(
  { thresholds, firstThresholds }: LeafMasks,
  column: number,
  value: number,
): number {
  const first = firstThresholds[column] ?? 0;
  let low = first;
  let high = firstThresholds[column + 1] ?? 0;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (thresholds[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low - first;
}

/** The log odds of each row, the same to the bit as `forestMargins` gives. Nothing is allocated. */
export function maskedMargins(
  made: LeafMasks,
  values: Float64Array,
  rows: number,
  margins: Float64Array,
): void {
  for (let row = 0; row < rows; row++) {
    const count = pickMasks(made, values, row * made.forest.columns);
    margins[row] = leafSum(made, count);
  }
}

/** Finds the masks of a row; those that leave every leaf standing are passed over. */
function pickMasks(made: LeafMasks, values: Float64Array, from: number): number {
  const { forest, words, firstMasks, picked } = made;
  let count = 0;
  for (let column = 0; column < forest.columns; column++) {
    const above = thresholdsBelow(made, column, values[from + column] ?? 0);
    if (above > 0) picked[count++] = (firstMasks[column] ?? 0) + above * words;
  }
  return count;
}

/** Adds up the lowest leaf standing of each tree. */
function leafSum({ forest, perWord, words, masks, picked }: LeafMasks, count: number): number {
  const { trees, depth, leaves, base } = forest;
  const width = 1 << depth;
  const treeMask = depth === depthMax ? -1 : (1 << width) - 1;
  let sum = base;
  let tree = 0;
  for (let word = 0; word < words; word++) {
    let standing = -1;
    for (let pick = 0; pick < count; pick++) {
      standing &= masks[(picked[pick] ?? 0) + word] ?? 0;
    }
    for (let place = 0; place < perWord && tree < trees; place++) {
      const own = standing & treeMask;
      sum += leaves[(tree << depth) + 31 - Math.clz32(own & -own)] ?? 0;
      standing >>>= width & 31;
      tree++;
    }
  }
  return sum;
}
