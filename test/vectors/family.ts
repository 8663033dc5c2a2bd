/** The contract of a family of vectors: recorded answers of the real thing, replayed on the simulation. */

/** What came of one case. */
export interface CaseResult {
  readonly id: string;
  readonly result: 'passed' | 'failed' | 'skipped';
  /** Why it failed (the first difference) or was skipped. */
  readonly reason?: string;
}

/** Settings of a replay. */
export interface ReplayOptions {
  /** Only cases whose id this matches. */
  readonly id?: RegExp;
}

/** A folder of recorded cases and how they are replayed. One family to a file in `families/`. */
export interface VectorFamily {
  /** `api`, `controllers`, ...: the folder's name below the vectors. */
  readonly name: string;
  /** Replays all that it finds in the folder. Files end in .json, .jsonl, .tsv, plain or .gz. */
  replay(folder: string, options: ReplayOptions): Iterable<CaseResult> | AsyncIterable<CaseResult>;
}
