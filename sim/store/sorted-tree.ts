/** The B+ tree of sorted-btree, however the loader presents its CommonJS module: Node wraps the class, vitest does not. */
import imported from 'sorted-btree';

type Tree = typeof imported.default;

/** A map that is sorted by its keys. */
export const SortedTree: Tree = imported.default ?? (imported as unknown as Tree);
