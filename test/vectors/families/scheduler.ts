/** kube-scheduler 1.36's decisions, replayed on ours: nodes, scores, messages, victims, queue. */
import { basename } from 'node:path';
import type { CaseResult, ReplayOptions, VectorFamily } from '../family.js';
import { readLines, readText, vectorFiles } from '../files.js';
import { firstDifference } from './scheduler/difference.js';
import { replayFunctions, type FunctionTables } from './scheduler/functions.js';
import { decide, type SchedulerCase } from './scheduler/decision.js';
import { replaySequence, type SequenceCase } from './scheduler/sequence.js';
import { answerHints, type HintsCase } from './scheduler/hints.js';
import { replayQueue, type QueueCase } from './scheduler/queue.js';

type AnyCase = SchedulerCase | SequenceCase | HintsCase | QueueCase;

/** The family `scheduler`. */
export const scheduler: VectorFamily = {
  name: 'scheduler',
  *replay(folder, options) {
    for (const path of vectorFiles(folder, '.jsonl')) {
      for (const each of readLines<AnyCase>(path)) {
        if (isWanted(each.id, options)) yield replayCase(each);
      }
    }
    for (const path of vectorFiles(folder, 'functions.json')) {
      const name = basename(path).split('.')[0] ?? '';
      for (const result of replayFunctions(JSON.parse(readText(path)) as FunctionTables)) {
        if (isWanted(`${name}-${result.id}`, options))
          yield { ...result, id: `${name}-${result.id}` };
      }
    }
  },
};

function isWanted(id: string, { id: wanted }: ReplayOptions): boolean {
  return wanted === undefined || wanted.test(id);
}

function replayCase(each: AnyCase): CaseResult {
  const reason = differenceOf(each);
  return reason === undefined
    ? { id: each.id, result: 'passed' }
    : { id: each.id, result: 'failed', reason };
}

function differenceOf(each: AnyCase): string | undefined {
  try {
    if ('steps' in each) return replaySequence(each);
    if ('kind' in each && 'change' in each) return firstDifference(answerHints(each), each.expect);
    if ('startMs' in each) return replayQueue(each);
    return firstDifference(decide(each), comparable(each.expect));
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

/** With several nodes left by PreFilter the real order of visiting is random, and what follows from it. */
function comparable(expect: SchedulerCase['expect']): unknown {
  const nodes = expect.preFilter?.nodes ?? [];
  if (nodes.length < 2) return expect;
  const { heapPick: _, feasible, ...rest } = expect;
  return { ...rest, feasible: [...feasible].sort() };
}
