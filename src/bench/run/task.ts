/** One run of a bench: a trace, a setup and a seed give figures; equal tasks give equal figures anywhere. */
import type { TieRule } from '../../../sim/scheduler/ties.js';
import { elapsedMs } from '../../host.js';
import { policies } from '../policies/index.js';
import type { Figures } from '../results/figures.js';
import { inflationFigures } from '../results/inflation-figures.js';
import type { Trace } from '../trace/trace.js';
import { arrivalOrder } from './arrival-order.js';
import type { Series } from './arrival-series.js';
import { HeatRecorder, type Heat } from './heat.js';
import { inflate } from './inflation.js';

/** How pods are placed. */
export interface Setup {
  /** As reports name it. */
  readonly name: string;
  /** The policy's name. */
  readonly policy: string;
  readonly ties: TieRule;
  /** The workload asks for so many times what the cluster has. */
  readonly tune: number;
}

/** What a worker is asked. */
export interface BenchTask {
  /** Which of the traces. */
  readonly trace: number;
  readonly setup: Setup;
  readonly seed: number;
  /** Whether the GPUs are noted over time: large, so for one seed only. */
  readonly keepsHeat: boolean;
}

/** What came of a task. */
export interface RunReport {
  readonly seed: number;
  /** Pods that arrived. */
  readonly pods: number;
  readonly figures: Figures;
  readonly series?: Series;
  readonly heat?: Heat;
  readonly capacityMilli: number;
  /** How long it took on this machine; the only part that differs from run to run. */
  readonly tookMs: number;
}

/** Runs a task. */
export function runTask(traces: readonly Trace[], task: BenchTask): RunReport {
  const { setup, seed } = task;
  const trace = traces[task.trace];
  const policy = policies.find(({ name }) => name === setup.policy);
  if (trace === undefined || policy === undefined)
    throw new RangeError('a task names what there is');
  const order = arrivalOrder(trace, { seed, tune: setup.tune });
  const startMs = elapsedMs();
  const heat = task.keepsHeat ? new HeatRecorder() : undefined;
  const result = inflate(trace, { policy, order, ties: setup.ties, heat });
  return {
    seed,
    pods: result.events,
    figures: inflationFigures(result, setup.tune),
    series: result.series,
    ...(heat !== undefined && { heat: heat.finished() }),
    capacityMilli: result.capacityMilli,
    tookMs: elapsedMs() - startMs,
  };
}
