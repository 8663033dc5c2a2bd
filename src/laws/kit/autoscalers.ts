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

/** A decision while the load stayed about the same. */
export interface SteadyDecision extends Decision {
  /** When others began to scale, if they did lately: it may answer them. */
  readonly othersMs: number | undefined;
}

/** A time in which the load stayed about the same. */
export interface SteadyTime {
  readonly startMs: number;
  readonly load: number;
  readonly decisions: readonly SteadyDecision[];
  readonly evidence: Evidence;
}

/** A steady time that is over. */
export interface EndedTime {
  readonly steady: SteadyTime;
  readonly endMs: number;
}

/**
 * Right after a scaling the metric is still that of the old pods, times the number of the new: a load that
 * is another one for less than this is no other load.
 */
const transientMs = 120_000;

interface Current extends SteadyTime {
  readonly decisions: SteadyDecision[];
}

/** The steady times of one autoscaler, one after the other. */
export class SteadyTimes {
  private current: Current | undefined;
  /** The load has strayed: what comes next, if it does not come back soon. */
  private next: (Current & { load: number }) | undefined;
  private scaledMs = -Infinity;
  private othersMs = -Infinity;

  constructor(private readonly tolerance: number) {}

  /** Takes a write in; returns the steady times that are over. */
  take(change: Change<HorizontalPodAutoscaler>): readonly EndedTime[] {
    const { timeMs, object, before } = change;
    const load = loadOf(object);
    const ended = this.turn(timeMs);
    const decision = decisionOf(change);
    this.noteScalings(change);
    const isAnswer = timeMs - this.othersMs <= transientMs;
    const othersMs = isAnswer ? this.othersMs : undefined;
    const decisions = decision === undefined ? [] : [{ ...decision, othersMs }];
    const sinceScalingMs = timeMs - this.scaledMs;
    if (decision !== undefined) this.scaledMs = timeMs;
    const told = (): Current | undefined =>
      load === undefined || load === 0
        ? undefined
        : {
            startMs: timeMs,
            load,
            decisions,
            evidence: written(change, `it sees a load of ${Math.round(load)}`),
          };
    const { current } = this;
    if (object.spec !== before?.spec || current === undefined || load === undefined) {
      this.current = told();
      this.next = undefined;
      return current === undefined ? ended : [...ended, { steady: current, endMs: timeMs }];
    }
    const isSame = Math.abs(load - current.load) <= this.tolerance * current.load;
    if (!isSame && this.next === undefined && sinceScalingMs > transientMs) {
      this.current = told();
      return [...ended, { steady: current, endMs: timeMs }];
    }
    if (isSame) {
      current.decisions.push(...(this.next?.decisions ?? []), ...decisions);
      this.next = undefined;
    } else if (this.next === undefined) {
      this.next = told() ?? { ...current, startMs: timeMs, load: 0, decisions };
    } else {
      this.next.load = load;
      this.next.decisions.push(...decisions);
    }
    return ended;
  }

  /** Scalings of others within a transient are one disturbance. */
  private noteScalings({ timeMs, object, before }: Change<HorizontalPodAutoscaler>): void {
    const replicas = object.status?.currentReplicas;
    if (replicas === before?.status?.currentReplicas) return;
    this.scaledMs = timeMs;
    const isOwn = replicas === before?.status?.desiredReplicas;
    if (!isOwn && timeMs - this.othersMs > transientMs) this.othersMs = timeMs;
  }

  /** Those that are under way when the history ends. */
  end(endMs: number): readonly EndedTime[] {
    const ended = this.turn(endMs);
    return this.current === undefined ? ended : [...ended, { steady: this.current, endMs }];
  }

  /** A load that has strayed for long is another one since it strayed. */
  private turn(nowMs: number): readonly EndedTime[] {
    const { current, next } = this;
    if (current === undefined || next === undefined) return [];
    if (nowMs - next.startMs <= transientMs) return [];
    this.current = next.load === 0 ? undefined : next;
    this.next = undefined;
    return [{ steady: current, endMs: next.startMs }];
  }
}

/** The steady times by autoscaler. */
export class SteadyBook {
  private readonly byKey = new Map<string, SteadyTimes>();

  constructor(private readonly tolerance: number) {}

  /** Takes a write of an autoscaler in; returns its steady times that are over. */
  take(change: Change<HorizontalPodAutoscaler>): readonly EndedTime[] {
    const key = keyOf(change.object);
    let times = this.byKey.get(key);
    if (times === undefined) this.byKey.set(key, (times = new SteadyTimes(this.tolerance)));
    return times.take(change);
  }

  /** Those that are under way when the history ends, by the autoscaler's key. */
  *end(endMs: number): Iterable<readonly [string, EndedTime]> {
    for (const [key, times] of this.byKey) for (const one of times.end(endMs)) yield [key, one];
  }
}
