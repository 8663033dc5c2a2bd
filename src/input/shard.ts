/** A part of a search or of a list, so that several machines share the work. */
import { environment } from '../host.js';
import { exitCodes, UserError } from './errors.js';

/** Which part: the first has the index 1. */
export interface Shard {
  readonly index: number;
  readonly total: number;
}

/**
 * Reads `2/8`; `index/8` is the part of a pod of an Indexed Job, by $JOB_COMPLETION_INDEX, which begins at 0.
 *
 * @throws UserError when it is neither.
 */
export function readShard(text: string): Shard {
  const [first = '', second = ''] = text.split('/');
  const job = environment('JOB_COMPLETION_INDEX');
  const index = first === 'index' ? Number(job ?? 'none') + 1 : Number(first);
  const total = Number(second);
  const isWhole = Number.isSafeInteger(index) && Number.isSafeInteger(total);
  if (isWhole && index >= 1 && index <= total) return { index, total };
  throw new UserError(`"${text}" is no shard`, {
    exitCode: exitCodes.usage,
    code: 'bad-shard',
    next:
      first === 'index'
        ? 'index/8 needs $JOB_COMPLETION_INDEX, which an Indexed Job sets'
        : 'write it as 2/8: the second of eight',
  });
}

/** The numbers of the runs of a shard: contiguous, so that the shards together are the whole. */
export function runsOf(
  runs: number,
  { index, total }: Shard,
): { readonly firstRun: number; readonly runs: number } {
  const firstRun = Math.floor((runs * (index - 1)) / total);
  return { firstRun, runs: Math.floor((runs * index) / total) - firstRun };
}

/** The items of a list that are a shard's: dealt one after the other. */
export function dealt<T>(items: readonly T[], { index, total }: Shard): T[] {
  return items.filter((_, position) => position % total === index - 1);
}
