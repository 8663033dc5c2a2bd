/** What a what-if changes: the nodes, how GPUs are cut and shared, the jobs' ranks, and the rules. */
import type { TimedRules } from '../timed/rules.js';

/** Nodes that are alike. */
export interface NodePool {
  readonly count: number;
  readonly gpus: number;
  readonly model: string;
  /** Default 12 cores for each GPU. */
  readonly cpuMilli?: number;
  /** Default 96 GiB for each GPU. */
  readonly memoryMib?: number;
}

/** A variant; what it does not name stays as it is. */
export interface Variant {
  /** '' is the workload as it stands. */
  readonly name: string;
  /** Nodes to add. */
  readonly add?: readonly NodePool[];
  /** Nodes to take away: so many of each model, the last by name first. */
  readonly remove?: readonly { readonly model: string; readonly count: number }[];
  /** These nodes and no others. */
  readonly nodes?: readonly NodePool[];
  /** By model: the compute slices of seven into which each GPU is cut. */
  readonly mig?: Readonly<Record<string, readonly number[]>>;
  /** Parts into which shares are rounded up; 1: a share takes a whole GPU. Absent: as asked. */
  readonly sharing?: number;
  /** Priorities by namespace. */
  readonly priorities?: Readonly<Record<string, number>>;
  /** Policies to run it with; absent: those of the command line. */
  readonly policies?: readonly string[];
  readonly rules?: TimedRules;
}
