/** What a bench found: setups on workloads over seeds, with their comparison. */
import type { Compared } from './results/comparison.js';
import { compareWith } from './results/comparison.js';
import type { FigureGroup } from './results/figures.js';
import type { PublishedCheck } from './results/published-check.js';
import type { RunReport, Setup } from './run/task.js';

/** A setup's runs, in the order of the seeds. */
export interface SetupReport {
  readonly setup: Setup;
  readonly runs: readonly RunReport[];
}

/** All setups on one workload. */
export interface WorkloadReport {
  readonly name: string;
  readonly nodes: number;
  readonly gpus: number;
  readonly pods: number;
  readonly setups: readonly SetupReport[];
  readonly comparisons: readonly Compared[];
  /** What else is to be said. */
  readonly notes: readonly string[];
  /** How far from published results; absent where there are none. */
  readonly published?: PublishedCheck;
}

/** The whole bench. */
export interface BenchReport {
  /** How pods arrive, in words. */
  readonly arrival: string;
  readonly seeds: readonly number[];
  /** The setup that others are compared with. */
  readonly baseline: string;
  readonly groups: readonly FigureGroup[];
  readonly workloads: readonly WorkloadReport[];
  readonly version: string;
}

/** Compares the setups of a workload by the figures of these keys. */
export function comparisonsOf(
  setups: readonly SetupReport[],
  {
    baseline,
    groups,
    keys,
  }: {
    readonly baseline: string;
    readonly groups: readonly FigureGroup[];
    readonly keys: readonly string[];
  },
): Compared[] {
  const all = setups.map(({ setup, runs }) => ({ setup: setup.name, runs }));
  const base = all.find(({ setup }) => setup === baseline);
  if (base === undefined) return [];
  const kinds = groups.flatMap(({ kinds: own }) => own);
  return keys.flatMap(key => {
    const kind = kinds.find(one => one.key === key);
    return kind === undefined ? [] : compareWith(base, all, kind);
  });
}
