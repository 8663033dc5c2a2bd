/** How many of the nodes that may go are deleted at a time. @upstream core/scaledown/budgets/budgets.go */
import type { AutoscalerOptions } from '../options.js';
import type { NodesToDelete } from './planner.js';
import type { Removal } from './removal.js';

/** The deletions that go on already. */
export interface DeletionsInProgress {
  readonly empty: number;
  readonly drain: number;
}

const none: DeletionsInProgress = { empty: 0, drain: 0 };

/** As many as the flags let go at once: empty nodes first, those to drain after them. */
export function withinBudget(
  { empty, drain }: NodesToDelete,
  { maxScaleDownParallelism, maxDrainParallelism }: AutoscalerOptions,
  going: DeletionsInProgress = none,
  groupOf: (removal: Removal) => string = () => '',
): NodesToDelete {
  const inAll = Math.max(0, maxScaleDownParallelism - going.empty - going.drain);
  const emptied = byGroup(empty, groupOf).slice(0, inAll);
  const drains = Math.max(0, Math.min(inAll - emptied.length, maxDrainParallelism - going.drain));
  return { empty: emptied, drain: byGroup(drain, groupOf).slice(0, drains) };
}

/** The nodes of one group together, the groups in the order in which they are first met. */
function byGroup(
  removals: readonly Removal[],
  groupOf: (removal: Removal) => string,
): readonly Removal[] {
  const groups = new Map<string, Removal[]>();
  for (const removal of removals) {
    const name = groupOf(removal);
    groups.set(name, [...(groups.get(name) ?? []), removal]);
  }
  return [...groups.values()].flat();
}
