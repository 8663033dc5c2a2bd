/** One run of a bench: a trace, a setup and a seed give figures; equal tasks give equal figures anywhere. */
import type { TieRule } from '../../../sim/scheduler/ties.js';
import { elapsedMs } from '../../host.js';
import { policies } from '../policies/index.js';
import type { Policy } from '../policies/policy.js';
import { hourlyPrice, modelPrice, type Prices } from '../results/cost.js';
import type { Figures } from '../results/figures.js';
import { inflationFigures } from '../results/inflation-figures.js';
import { servingFigures } from '../results/serving-figures.js';
import { timedFigures } from '../results/timed-figures.js';
import { dealtRequests, type RequestLog } from '../serving/request-log.js';
import type { ServerModel } from '../serving/server-model.js';
import { fewest, type Objective } from '../serving/size.js';
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
    }
  /** Requests come to a server, which is given the GPUs that it needs. */
  | {
      readonly kind: 'serving';
      readonly server: ServerModel;
      readonly objective: Objective;
      /** So many times as many requests a second. */
      readonly scale: number;
      readonly isResampled: boolean;
      /** The model of GPU, for its price. */
      readonly gpuModel: string;
    };

/** What setups run on. */
export interface BenchInput {
  readonly trace: Trace;
  /** Jobs, where they are more than the trace's single pods. */
  readonly jobs?: readonly Job[];
  /** Requests, where it is a server that runs. */
  readonly requests?: RequestLog;
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
  if (input !== undefined && setup.arrival.kind === 'serving') {
    return served(input, task, setup.arrival);
  }
  const policy = policies.find(({ name }) => name === setup.policy);
  if (input === undefined || policy === undefined)
    throw new RangeError('a task names what there is');
  const heat = keepsHeat ? new HeatRecorder() : undefined;
  const report = placed(input, { ...task, policy, heat });
  return { ...report, ...(heat !== undefined && { heat: heat.finished() }) };
}

function placed(input: BenchInput, running: Omit<Running<'times'>, 'arrival'>): RunReport {
  const { arrival } = running.setup;
  switch (arrival.kind) {
    case 'inflation':
      return inflated(input, { ...running, arrival });
    case 'times':
      return timed(input, { ...running, arrival });
    case 'serving':
      return served(input, running, arrival);
  }
}

function served(
  { requests }: BenchInput,
  { setup, seed }: BenchTask,
  { server, objective, scale, isResampled, gpuModel }: Extract<Arrival, { kind: 'serving' }>,
): RunReport {
  if (requests === undefined) throw new RangeError('a server needs requests');
  const startMs = elapsedMs();
  const log = dealtRequests(requests, { seed, scale, isResampled });
  const found = fewest(log, server, objective);
  return {
    seed,
    pods: log.arrivalSeconds.length,
    figures: servingFigures(found, server, modelPrice(gpuModel, setup.prices)),
    capacityMilli: 1000 * (found?.replicas ?? 0) * server.gpus,
    tookMs: elapsedMs() - startMs,
  };
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
