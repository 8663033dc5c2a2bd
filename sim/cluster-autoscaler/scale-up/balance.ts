/** Splits new nodes between similar groups, the smallest first. @upstream processors/nodegroupset/balancing_processor.go */
import type { NodeGroup } from '../node-group.js';

/** How a group is to grow. */
export interface GroupGrowth {
  readonly group: NodeGroup;
  readonly add: number;
}

interface Growing {
  readonly group: NodeGroup;
  size: number;
}

/** Adds the nodes one by one to the group that is smallest then, up to each group's maximum. */
export function balance(groups: readonly NodeGroup[], newNodes: number): readonly GroupGrowth[] {
  const growing = groups
    .filter(({ targetSize, max }) => targetSize !== max)
    .map((group): Growing => ({ group, size: group.targetSize }))
    .sort((a, b) => a.size - b.size);
  const room = growing.reduce(
    (sum, { group }) => sum + Math.max(0, group.max - group.targetSize),
    0,
  );
  grow(growing, Math.min(newNodes, room));
  return growing
    .map(({ group, size }) => ({ group, add: size - group.targetSize }))
    .filter(({ add }) => add !== 0);
}

/** The groups before `start` are full; those from there on are sorted by size, up to the current one. */
function grow(growing: Growing[], newNodes: number): void {
  let start = 0;
  let current = 0;
  for (let left = newNodes; left > 0;) {
    const own = growing[current];
    const first = growing[start];
    if (own === undefined || first === undefined) return;
    if (own.size < own.group.max) {
      own.size++;
      left--;
    } else {
      growing[start] = own;
      growing[current] = first;
      start++;
    }
    const here = growing[current];
    const next = growing[current + 1];
    const isAhead = here !== undefined && next !== undefined && here.size > next.size;
    current = isAhead ? current + 1 : start;
  }
}
