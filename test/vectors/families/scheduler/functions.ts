/** The small functions of the scheduler, against tables. */
import type { CaseResult } from '../../family.js';
import { heapPick } from '../../../../sim/scheduler/heap-pick.js';
import { NodeTree } from '../../../../sim/scheduler/node-tree.js';
import { candidatesToFind } from '../../../../sim/scheduler/preemption.js';
import { backoffSeconds } from '../../../../sim/scheduler/queue/backoff.js';
import { feasibleNodesToFind } from '../../../../sim/scheduler/schedule-one.js';
import { firstDifference } from './difference.js';

/** The tables of functions.json. */
export interface FunctionTables {
  readonly backoff: readonly {
    readonly count: number;
    readonly initialSeconds: number;
    readonly maxSeconds: number;
    readonly expectSeconds: number;
  }[];
  readonly heapPick: readonly {
    readonly list: readonly (readonly [string, number])[];
    readonly expect: string;
  }[];
  readonly nodeOrder: readonly {
    readonly added: readonly {
      readonly name: string;
      readonly labels?: Readonly<Record<string, string>>;
    }[];
    readonly expect: readonly string[];
  }[];
  readonly numFeasibleNodesToFind: readonly {
    readonly nodes: number;
    readonly percentageOfNodesToScore: number;
    readonly expect: number;
  }[];
  readonly preemptionNumCandidates: readonly {
    readonly nodes: number;
    readonly minCandidateNodesAbsolute: number;
    readonly minCandidateNodesPercentage: number;
    readonly expect: number;
  }[];
}

/** Runs the functions on all rows. */
export function* replayFunctions(tables: FunctionTables): Iterable<CaseResult> {
  yield* rows('backoff', tables.backoff, row => [backoffSeconds(row), row.expectSeconds]);
  yield* rows('heapPick', tables.heapPick, ({ list, expect }) => [
    list[heapPick(list.map(([, total]) => total))]?.[0],
    expect,
  ]);
  yield* rows('nodeOrder', tables.nodeOrder, ({ added, expect }) => {
    const tree = new NodeTree();
    for (const { name, labels = {} } of added) tree.add({ metadata: { name, labels } });
    return [tree.list(), expect];
  });
  yield* rows('numFeasibleNodesToFind', tables.numFeasibleNodesToFind, row => [
    feasibleNodesToFind(row.percentageOfNodesToScore, row.nodes),
    row.expect,
  ]);
  yield* rows('preemptionNumCandidates', tables.preemptionNumCandidates, row => [
    candidatesToFind(row, row.nodes),
    row.expect,
  ]);
}

function* rows<T>(
  name: string,
  table: readonly T[],
  run: (row: T) => readonly [actual: unknown, expected: unknown],
): Iterable<CaseResult> {
  for (const [index, row] of table.entries()) {
    const reason = firstDifference(...run(row));
    const id = `${name}-${index}`;
    yield reason === undefined ? { id, result: 'passed' } : { id, result: 'failed', reason };
  }
}
