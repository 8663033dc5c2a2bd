/** The contract of a reporter: how the results of runs are told when all is over. */
import type { Shard } from '../input/shard.js';
import type { RunResult } from '../scenario/run.js';
import type { Paint } from './paint.js';

/** What a report is made from. */
export interface Report {
  readonly runs: readonly RunOfScenario[];
  readonly seed: number;
  readonly backend: string;
  readonly version: string;
  /** The part of the scenarios that this is about; default: all. */
  readonly shard?: Shard;
}

/** A scenario's result, with what the run of it adds. */
export interface RunOfScenario extends RunResult {
  /** Its own seed, where the scenario names one. Default: that of the report. */
  readonly seed?: number;
  /** The digest of the simulation's trace: equal for equal seeds. */
  readonly digest?: string;
  /** Real milliseconds. */
  readonly wallMs: number;
  /** Where the run is kept. */
  readonly folder?: string;
  /** What a user may do now, as lines. */
  readonly hints: readonly string[];
}

/** Turns a report into text, plain unless it is given colours. */
export type Reporter = (report: Report, paint?: Paint) => string;
