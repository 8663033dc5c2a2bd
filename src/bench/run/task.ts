/** One run of a bench: a trace, a setup and a seed give figures; equal tasks give equal figures anywhere. */
import type { TieRule } from '../../../sim/scheduler/ties.js';
import { elapsedMs } from '../../host.js';
import { policies } from '../policies/index.js';
import type { Policy } from '../policies/policy.js';
import { hourlyPrice, type Prices } from '../results/cost.js';
import type { Figures } from '../results/figures.js';
import { inflationFigures } from '../results/inflation-figures.js';
import { timedFigures } from '../results/timed-figures.js';
import { dealt, jobsOf, type Job } from '../timed/job.js';
import type { TimedRules } from '../timed/rules.js';
import { runInTime, type TimedResult } from '../timed/timed-run.js';
import type { Trace } from '../trace/trace.js';
import { arrivalOrder } from './arrival-order.js';
import type { Series } from './arrival-series.js';
import { HeatRecorder, type Heat } from './heat.js';
import { inflate } from './inflation.js';

/** How pods arrive and are placed. */
export interface Setup {
  /** As reports name it. */
  readonly name: string;
  /** The policy's name. */
  readonly policy: string;
  readonly ties: TieRule;
  readonly arrival: Arrival;
  /** Own prices by model. */
  readonly prices: Prices;
}

/** The ways of arrival. */
export type Arrival =
  /** Pods come one by one and stay, until they ask for `tune` times what the cluster has. */
  | { readonly kind: 'inflation'; readonly tune: number }
  /** Jobs come at their times, wait, run and go. */
  | {
      readonly kind: 'times';
      readonly rules: TimedRules;
      readonly load: number | undefined;
      readonly isResampled: boolean;
    };

/** What setups run on. */
export interface BenchInput {
  readonly trace: Trace;
  /** Jobs, where they are more than the trace's single pods. */
  readonly jobs?: readonly Job[];
}

/** What a worker is asked. */
export interface BenchTask {
  /** Which of the inputs. */
  readonly input: number;
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
  readonly timeline?: TimedResult['timeline'];
  readonly heat?: Heat;
  readonly capacityMilli: number;
  /** How long it took on this machine; the only part that differs from run to run. */
  readonly tookMs: number;
}

/** Runs a task. */
export function runTask(inputs: readonly BenchInput[], task: BenchTask): RunReport {
  const { setup, keepsHeat } = task;
  const input = inputs[task.input];
  const policy = policies.find(({ name }) => name === setup.policy);
  if (input === undefined || policy === undefined)
    throw new RangeError('a task names what there is');
  const heat = keepsHeat ? new HeatRecorder() : undefined;
  const { arrival } = setup;
  const report =
    arrival.kind === 'inflation'
      ? inflated(input, { ...task, policy, arrival, heat })
      : timed(input, { ...task, policy, arrival, heat });
  return { ...report, ...(heat !== undefined && { heat: heat.finished() }) };
}

interface Running<Kind extends Arrival['kind']> extends BenchTask {
  readonly policy: Policy;
  readonly arrival: Extract<Arrival, { readonly kind: Kind }>;
  readonly heat: HeatRecorder | undefined;
}

function inflated({ trace }: BenchInput, running: Running<'inflation'>): RunReport {
  const { setup, seed, policy, arrival, heat } = running;
  const order = arrivalOrder(trace, { seed, tune: arrival.tune });
  const startMs = elapsedMs();
  const result = inflate(trace, { policy, order, ties: setup.ties, heat });
  const tookMs = elapsedMs() - startMs;
  const hourly = hourlyPrice(trace.nodes, setup.prices);
  return {
    seed,
    pods: result.events,
    figures: inflationFigures(result, { tune: arrival.tune, hourly }),
    series: result.series,
    capacityMilli: result.capacityMilli,
    tookMs,
  };
}

function timed({ trace, jobs }: BenchInput, running: Running<'times'>): RunReport {
  const { setup, seed, policy, arrival, heat } = running;
  const { rules, load, isResampled } = arrival;
  const own = dealt(jobs ?? jobsOf(trace), trace.nodes, { seed, load, isResampled });
  const startMs = elapsedMs();
  const result = runInTime(trace.nodes, own, { policy, ties: setup.ties, seed, rules, heat });
  const tookMs = elapsedMs() - startMs;
  return {
    seed,
    pods: own.reduce((sum, { pods }) => sum + pods.length, 0),
    figures: timedFigures(result, hourlyPrice(trace.nodes, setup.prices)),
    timeline: result.timeline,
    capacityMilli: result.capacityMilli,
    tookMs,
  };
}
