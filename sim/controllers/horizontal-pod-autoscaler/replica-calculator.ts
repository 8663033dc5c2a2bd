/**
 * How many replicas a metric asks for. Pure: the samples, the pods and the time are arguments.
 * @upstream pkg/controller/podautoscaler/replica_calculator.go
 */
import type { Pod } from '../../api/kinds/core.js';
import { groupPods, type PodGroups, type ReadinessDelays } from './pod-groups.js';
import { requestsByPod } from './pod-requests.js';
import { usageRatio, utilizationRatio, type PodMetric, type PodMetrics } from './usage.js';

/** Within these shares of 1 a ratio changes nothing. */
export interface Tolerances {
  readonly scaleUp: number;
  readonly scaleDown: number;
}

/** What every calculation is given. */
export interface CalculationInput extends ReadinessDelays {
  readonly nowMs: number;
  /** The pods that the target's selector matches. */
  readonly pods: readonly Pod[];
  readonly tolerances: Tolerances;
  /** The scale's spec; its status for the calculations by average value. */
  readonly currentReplicas: number;
  /** The gate PodLevelResources. */
  readonly usesPodLevelResources: boolean;
}

/** A proposal, or why there is none. */
export type Proposal<T> = ({ readonly replicas: number } & T) | { readonly error: string };

/** The replicas that bring the use of a resource to a percentage of the requests. */
export function resourceReplicas(
  metrics: PodMetrics,
  target: {
    readonly utilization: number;
    readonly resource: string;
    readonly container: string;
  },
  input: CalculationInput,
): Proposal<{ readonly utilization: number; readonly rawAverage: bigint }> {
  if (input.pods.length === 0) return { error: noPods };
  const groups = groupPods(input.pods, metrics, target.resource, input);
  const counted = withoutPods(metrics, groups);
  if (counted.size === 0) return { error: noMetrics };
  const requests = requestsByPod(input.pods, target, input);
  if ('error' in requests) return requests;
  const used = utilizationRatio(counted, requests.byPod, target.utilization);
  if (used === undefined) return { error: noMatch };
  const { utilization, rawAverage } = used;
  const fallback = BigInt(Math.max(100, target.utilization));
  const replicas = replicasForRatio(used.ratio, groups, input, {
    metrics: counted,
    missingValue: pod => ((requests.byPod.get(pod) ?? 0n) * fallback) / 100n,
    ratioOf: all => utilizationRatio(all, requests.byPod, target.utilization)?.ratio,
  });
  return replicas === undefined ? { error: noMatch } : { replicas, utilization, rawAverage };
}

/** The replicas that bring the mean of a metric over the pods to a target. `resource` may be ''. */
export function averageReplicas(
  metrics: PodMetrics,
  target: { readonly usage: bigint; readonly resource: string },
  input: CalculationInput,
): Proposal<{ readonly usage: bigint }> {
  if (input.pods.length === 0) return { error: noPods };
  const groups = groupPods(input.pods, metrics, target.resource, input);
  const counted = withoutPods(metrics, groups);
  if (counted.size === 0) return { error: noMetrics };
  const { ratio, usage } = usageRatio(counted, target.usage);
  const replicas = replicasForRatio(ratio, groups, input, {
    metrics: counted,
    missingValue: () => target.usage,
    ratioOf: all => usageRatio(all, target.usage).ratio,
  });
  return { replicas: replicas ?? input.currentReplicas, usage };
}

/** The replicas that bring one value, of an object or summed from outside, to a target. */
export function valueReplicas(
  usage: bigint,
  targetUsage: bigint,
  input: CalculationInput,
): Proposal<{ readonly usage: bigint }> {
  const ratio = Number(usage) / Number(targetUsage);
  if (input.currentReplicas === 0) return { replicas: Math.ceil(ratio), usage };
  if (isWithin(ratio, input.tolerances)) return { replicas: input.currentReplicas, usage };
  if (input.pods.length === 0) return { error: `unable to calculate ready pods: ${noPods}` };
  const readyCount = input.pods.filter(isRunningAndReady).length;
  return { replicas: atMostInt32(Math.ceil(ratio * readyCount)), usage };
}

/** The replicas among which one value is shared so that each has the target. */
export function valuePerPodReplicas(
  total: bigint,
  targetUsage: bigint,
  input: CalculationInput,
): { readonly replicas: number; readonly usage: bigint } {
  const { currentReplicas, tolerances } = input;
  const ratio = Number(total) / (Number(targetUsage) * currentReplicas);
  const replicas = isWithin(ratio, tolerances)
    ? currentReplicas
    : atMostInt32(Math.ceil(Number(total) / Number(targetUsage)));
  return { replicas, usage: sharedAmong(total, currentReplicas) };
}

/** The sum of an external metric's values, at most an int64. */
export function externalTotal(values: readonly bigint[]): bigint {
  let total = 0n;
  for (const value of values) {
    total += value;
    if (total > int64Max) return int64Max;
  }
  return total;
}

/** How the samples are completed when some pods have none, or are not ready. */
interface Completion {
  readonly metrics: PodMetrics;
  missingValue(pod: string): bigint;
  ratioOf(metrics: PodMetrics): number | undefined;
}

function replicasForRatio(
  ratio: number,
  groups: PodGroups,
  input: CalculationInput,
  completion: Completion,
): number | undefined {
  const { currentReplicas, tolerances } = input;
  const scalesUpWithUnready = groups.unready.size > 0 && ratio > 1;
  if (!scalesUpWithUnready && groups.missing.size === 0) {
    if (isWithin(ratio, tolerances)) return currentReplicas;
    return toInt32(Math.ceil(ratio * groups.readyCount));
  }
  const metrics = completedMetrics(ratio, groups, completion);
  const newRatio = completion.ratioOf(metrics);
  if (newRatio === undefined) return undefined;
  const isReversed = (ratio < 1 && newRatio > 1) || (ratio > 1 && newRatio < 1);
  if (isReversed || isWithin(newRatio, tolerances)) return currentReplicas;
  const replicas = toInt32(Math.ceil(newRatio * metrics.size));
  const movesWrongWay =
    (newRatio < 1 && replicas > currentReplicas) || (newRatio > 1 && replicas < currentReplicas);
  return movesWrongWay ? currentReplicas : replicas;
}

/** Missing pods count against a change, and unready ones as idle when it is a scale-up. */
function completedMetrics(ratio: number, groups: PodGroups, completion: Completion): PodMetrics {
  const metrics = new Map(completion.metrics);
  if (ratio < 1) {
    for (const pod of groups.missing) metrics.set(pod, sample(completion.missingValue(pod)));
  } else if (ratio > 1) {
    for (const pod of groups.missing) metrics.set(pod, sample(0n));
    for (const pod of groups.unready) metrics.set(pod, sample(0n));
  }
  return metrics;
}

function withoutPods(metrics: PodMetrics, groups: PodGroups): PodMetrics {
  if (groups.ignored.size === 0 && groups.unready.size === 0) return metrics;
  const counted = new Map(metrics);
  for (const pod of groups.ignored) counted.delete(pod);
  for (const pod of groups.unready) counted.delete(pod);
  return counted;
}

function sample(value: bigint): PodMetric {
  return { timestampMs: 0, windowMs: 0, value };
}

function sharedAmong(total: bigint, replicas: number): bigint {
  if (Number(total) >= Number(int64Max)) return int64Max;
  const share = Math.ceil(Number(total) / replicas);
  // Go's conversion of what is no number, or too large a one, gives the smallest int64.
  return Number.isFinite(share) ? BigInt(share) : -int64Max - 1n;
}

function isRunningAndReady(pod: Pod): boolean {
  if (pod.status?.phase !== 'Running') return false;
  const ready = pod.status.conditions?.find(condition => condition.type === 'Ready');
  return ready?.status === 'True';
}

function isWithin(ratio: number, tolerances: Tolerances): boolean {
  return 1 - tolerances.scaleDown <= ratio && ratio <= 1 + tolerances.scaleUp;
}

function atMostInt32(value: number): number {
  return value > int32Max ? int32Max : toInt32(value);
}

function toInt32(value: number): number {
  return value | 0;
}

const int32Max = 0x7fff_ffff;
const int64Max = 0x7fff_ffff_ffff_ffffn;
const noPods = 'no pods returned by selector while calculating replica count';
const noMetrics = 'did not receive metrics for targeted pods (pods might be unready)';
const noMatch = 'no metrics returned matched known pods';
