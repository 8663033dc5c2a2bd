/** Runs a bench: every setup on every workload with every seed. */
import { version } from '../version.js';
import { comparisonsOf, type BenchReport, type SetupReport } from './report.js';
import type { FigureGroup } from './results/figures.js';
import { runTasks } from './run/crew.js';
import type { BenchTask, Setup } from './run/task.js';
import type { Trace } from './trace/trace.js';

/** A workload of a bench. */
export interface BenchWorkload {
  readonly trace: Trace;
  /** What is to be said of a setup's runs besides the figures. */
  notes?(setups: readonly SetupReport[]): readonly string[];
}

/** What is to be run. */
export interface BenchPlan {
  readonly arrival: string;
  readonly workloads: readonly BenchWorkload[];
  readonly setups: readonly Setup[];
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
  const tasks: BenchTask[] = workloads.flatMap((_, trace) =>
    setups.flatMap(setup =>
      seeds.map((seed, index) => ({
        trace,
        setup,
        seed,
        keepsHeat: plan.keepsHeat && index === 0,
      })),
    ),
  );
  const traces = workloads.map(({ trace }) => trace);
  const reports = await runTasks(traces, tasks, {
    workers: plan.workers,
    onDone: done => plan.onProgress?.(done, tasks.length),
  });
  let next = 0;
  const found = workloads.map(workload => {
    const own: SetupReport[] = setups.map(setup => {
      const runs = reports.slice(next, next + seeds.length);
      next += seeds.length;
      return { setup, runs };
    });
    const { name, nodes, pods } = workload.trace;
    return {
      name,
      nodes: nodes.length,
      gpus: nodes.reduce((sum, { gpus }) => sum + gpus, 0),
      pods: pods.length,
      setups: own,
      comparisons: comparisonsOf(own, { baseline, groups, keys: compared }),
      notes: workload.notes?.(own) ?? [],
    };
  });
  return { arrival: plan.arrival, seeds, baseline, groups, workloads: found, version };
}
