/** Runs a bench: every setup on every workload with every seed. */
import { version } from '../version.js';
import { comparisonsOf, type BenchReport, type SetupReport } from './report.js';
import type { FigureGroup } from './results/figures.js';
import type { PublishedCheck } from './results/published-check.js';
import { runTasks } from './run/crew.js';
import type { BenchInput, BenchTask, Setup } from './run/task.js';
import { applied } from './what-if/apply.js';
import type { Variant } from './what-if/variant.js';

/** A workload of a bench. */
export interface BenchWorkload extends BenchInput {
  /** What is to be said of it besides the figures. */
  readonly notes: readonly string[];
  /** Holds its runs to published ones; undefined when there are none. */
  check?(setups: readonly SetupReport[]): PublishedCheck | undefined;
}

/** A setup, and what it changes of a workload. */
export interface PlannedSetup {
  readonly setup: Setup;
  readonly variant: Variant;
}

/** What is to be run. */
export interface BenchPlan {
  readonly arrival: string;
  readonly workloads: readonly BenchWorkload[];
  readonly setups: readonly PlannedSetup[];
  readonly seeds: readonly number[];
  /** The name of a setup. */
  readonly baseline: string;
  readonly groups: readonly FigureGroup[];
  /** The figures by which setups are compared. */
  readonly compared: readonly string[];
  readonly workers: number;
  /** Whether the GPUs of the first seed are noted over time. */
  readonly keepsHeat: boolean;
  /** Told how many of how many runs are done. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** Runs it all; equal plans give equal reports but for the times taken. */
export async function runBench(plan: BenchPlan): Promise<BenchReport> {
  const { workloads, setups, seeds, baseline, groups, compared } = plan;
  const { inputs, placeOf } = inputsOf(plan);
  const tasks: BenchTask[] = workloads.flatMap(workload =>
    setups.flatMap(({ setup, variant }) =>
      seeds.map((seed, index) => ({
        input: placeOf(workload, variant),
        setup,
        seed,
        keepsHeat: plan.keepsHeat && index === 0,
      })),
    ),
  );
  const reports = await runTasks(inputs, tasks, {
    workers: plan.workers,
    onDone: done => plan.onProgress?.(done, tasks.length),
  });
  let next = 0;
  const found = workloads.map(workload => {
    const own: SetupReport[] = setups.map(({ setup }) => {
      const runs = reports.slice(next, next + seeds.length);
      next += seeds.length;
      return { setup, runs };
    });
    const { name, nodes, pods } = workload.trace;
    const published = workload.check?.(own);
    return {
      name,
      nodes: nodes.length,
      gpus: nodes.reduce((sum, { gpus }) => sum + gpus, 0),
      pods:
        workload.requests?.arrivalSeconds.length ??
        workload.jobs?.reduce((sum, job) => sum + job.pods.length, 0) ??
        pods.length,
      setups: own,
      comparisons: comparisonsOf(own, { baseline, groups, keys: compared }),
      notes: workload.notes,
      ...(published !== undefined && { published }),
    };
  });
  return { arrival: plan.arrival, seeds, baseline, groups, workloads: found, version };
}

/** Each workload as each variant has it, made once. */
function inputsOf({ workloads, setups }: BenchPlan): {
  readonly inputs: readonly BenchInput[];
  placeOf(workload: BenchWorkload, variant: Variant): number;
} {
  const variants = [...new Set(setups.map(({ variant }) => variant))];
  return {
    inputs: workloads.flatMap(workload =>
      variants.map(variant =>
        workload.requests === undefined
          ? applied(workload, variant)
          : { trace: workload.trace, requests: workload.requests },
      ),
    ),
    placeOf: (workload, variant) =>
      workloads.indexOf(workload) * variants.length + variants.indexOf(variant),
  };
}
