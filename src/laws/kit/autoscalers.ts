/** What autoscalers did: their decisions, and the load that they saw. */
import type { HorizontalPodAutoscaler, MetricStatus } from '../../../sim/api/kinds/autoscaling.js';
import { keyOf } from '../../../sim/api/meta.js';
import { milliValueOf } from '../../../sim/api/quantity.js';
import type { Change, Evidence } from '../law.js';
import { written } from '../story.js';

/** A decision: another number of replicas. */
export interface Decision {
  readonly timeMs: number;
  readonly from: number;
  readonly to: number;
  readonly evidence: Evidence;
}

/** The decision that a write of an autoscaler tells; undefined when it tells none. */
export function decisionOf(change: Change<HorizontalPodAutoscaler>): Decision | undefined {
  const { object, before, timeMs } = change;
  const { desiredReplicas: to, lastScaleTime } = object.status ?? {};
  const from = object.status?.currentReplicas;
  if (to === undefined || from === undefined || before === undefined) return undefined;
  if (lastScaleTime === undefined || lastScaleTime === before.status?.lastScaleTime) {
    if (to === before.status?.desiredReplicas || to === from) return undefined;
  }
  if (from === to) return undefined;
  return { timeMs, from, to, evidence: written(change, `from ${from} to ${to} replicas`) };
}

/**
 * The load as the autoscaler saw it: the first metric that has a value, times the replicas that it is an
 * average of. Undefined when it saw nothing.
 */
export function loadOf({ status }: HorizontalPodAutoscaler): number | undefined {
  const replicas = status?.currentReplicas ?? 0;
  for (const metric of status?.currentMetrics ?? []) {
    const current = currentOf(metric);
    if (current === undefined) continue;
    const { averageUtilization, averageValue, value } = current;
    if (averageUtilization !== undefined) return averageUtilization * replicas;
    if (averageValue !== undefined) return milliValueOf(averageValue) * replicas;
    if (value !== undefined) return milliValueOf(value);
  }
  return undefined;
}

function currentOf(metric: MetricStatus) {
  const { resource, containerResource, pods, object, external } = metric;
  return (resource ?? containerResource ?? pods ?? object ?? external)?.current;
}

/** A time in which the load stayed about the same. */
export interface SteadyTime {
  readonly startMs: number;
  readonly load: number;
  readonly decisions: Decision[];
  readonly evidence: Evidence;
}

/** The steady times of one autoscaler, one after the other. */
export class SteadyTimes {
  current: SteadyTime | undefined;

  constructor(private readonly tolerance: number) {}

  /** Takes a write in; returns the steady time that it ended. */
  take(change: Change<HorizontalPodAutoscaler>): SteadyTime | undefined {
    const load = loadOf(change.object);
    const { current } = this;
    const isSame = change.object.spec === change.before?.spec || current === undefined;
    const isSteady =
      isSame &&
      load !== undefined &&
      current !== undefined &&
      Math.abs(load - current.load) <= this.tolerance * current.load;
    const decision = decisionOf(change);
    if (isSteady) {
      if (decision !== undefined) current.decisions.push(decision);
      return undefined;
    }
    const evidence = written(change, `it sees a load of ${Math.round(load ?? 0)}`);
    const startMs = change.timeMs;
    this.current =
      load === undefined || load === 0
        ? undefined
        : { startMs, load, evidence, decisions: decision === undefined ? [] : [decision] };
    return current;
  }
}

/** The steady times by autoscaler. */
export class SteadyBook {
  private readonly byKey = new Map<string, SteadyTimes>();

  constructor(private readonly tolerance: number) {}

  /** The book of the autoscaler. */
  of(autoscaler: HorizontalPodAutoscaler): SteadyTimes {
    const key = keyOf(autoscaler);
    let times = this.byKey.get(key);
    if (times === undefined) this.byKey.set(key, (times = new SteadyTimes(this.tolerance)));
    return times;
  }

  /** Those that are under way, by the autoscaler's key. */
  *open(): Iterable<readonly [string, SteadyTime]> {
    for (const [key, { current }] of this.byKey) if (current !== undefined) yield [key, current];
  }
}
