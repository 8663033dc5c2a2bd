/** The node groups of a run in a table: how many nodes came and went, for how long, and what their GPUs cost. */
import type { RunResult } from '../scenario/run.js';
import type { ReportTable } from '../stacks/stack.js';

/** The table; undefined when the cluster has no node groups. */
export function nodeGroupTable({
  nodeGroups = [],
}: Pick<RunResult, 'nodeGroups'>): ReportTable | undefined {
  if (nodeGroups.length === 0) return undefined;
  const rows = nodeGroups.map(({ group, product, ...one }) => [
    group,
    product ?? '-',
    String(one.added),
    String(one.removed),
    String(one.most),
    String(one.now),
    one.nodeHours.toFixed(2),
    one.gpuHours.toFixed(2),
    one.price === undefined ? '-' : `$${one.price.toFixed(2)}`,
  ]);
  return {
    title: 'Node groups',
    columns: [
      'group',
      'GPUs',
      'came',
      'went',
      'at most',
      'at the end',
      'node-hours',
      'GPU-hours',
      'price',
    ],
    rows,
    notes: [
      'a node counts from its registration until it is deleted; the price is that of its GPUs, in use or not',
    ],
  };
}
