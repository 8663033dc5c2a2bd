/** The lines of a journal: one JSON array a line, whose first item says what it is. */
import type { HistoryEntry } from '../../../sim/server/contract.js';
import type { Delta } from './delta.js';

/** What pods and nodes used at a sample: cpu and memory, as metrics.k8s.io told them. */
export interface UsageSample {
  /** Of the sample, in milliseconds since the epoch; 0: there is none yet. */
  readonly timeMs: number;
  readonly windowMs: number;
  readonly nodes: Readonly<Record<string, readonly [cpu: string, memory: string]>>;
  /** By `namespace/name`, then by container. */
  readonly pods: Readonly<
    Record<string, Readonly<Record<string, readonly [cpu: string, memory: string]>>>
  >;
}

/** Before the first sample. */
export const noUsage: UsageSample = { timeMs: 0, windowMs: 0, nodes: {}, pods: {} };

/** A line. Times are milliseconds since the epoch. */
export type JournalLine =
  /** An object came, changed or went; the delta is to its version before, or to nothing. */
  | readonly [
      'c',
      resource: string,
      key: string,
      timeMs: number,
      user: string,
      revision: number,
      delta: Delta | null,
    ]
  /** The cluster at a revision: what follows is all that there is. */
  | readonly ['K', timeMs: number, revision: number]
  /** An object of the keyframe; the delta is to the object of the line before of the same resource. */
  | readonly ['o', resource: string, key: string, delta: Delta]
  /** A sample of what is used; the delta is to the one before, or to nothing in a keyframe. */
  | readonly ['u', timeMs: number, delta: Delta];

/** A line of the log file. */
export type LoggedLineRecord = readonly [containerID: string, timeMs: number, text: string];

/** A line of the index: a gzip member of one of the files. */
export interface Chunk {
  readonly of: 'changes' | 'logs';
  readonly offset: number;
  readonly length: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** It begins with a keyframe. */
  readonly isKey?: true;
  /** Whose lines are in it: of logs. */
  readonly containers?: readonly string[];
}

/** An object as the journal keys it: by the resource, then by namespace and name. */
export function keyOf({ object: { metadata } }: Pick<HistoryEntry, 'object'>): string {
  const { namespace = '', name = '' } = metadata;
  return namespace === '' ? name : `${namespace}/${name}`;
}
