/**
 * How fast replicas may change: the policies of a behavior, and the limits without one.
 * @upstream pkg/controller/podautoscaler/horizontal.go convertDesiredReplicas*
 */
import type { HPAScalingPolicy, HPAScalingRules } from '../../api/kinds/autoscaling.js';

/** A change that was made; kept only when there is a behavior. */
export interface ScaleEvent {
  /** How many replicas were added or taken. */
  readonly change: number;
  readonly timeMs: number;
  readonly isOutdated: boolean;
}

/** The changes that were made, by direction. */
export interface ScaleEvents {
  readonly up: readonly ScaleEvent[];
  readonly down: readonly ScaleEvent[];
}

/** What a limited number of replicas is made from. */
export interface ReplicasWanted {
  readonly current: number;
  readonly desired: number;
  readonly min: number;
  readonly max: number;
}

/** A number of replicas and why it is not another. */
export interface LimitedReplicas {
  readonly replicas: number;
  readonly reason: LimitReason;
}

/** The reasons of the condition ScalingLimited. */
export type LimitReason =
  'ScaleUpLimit' | 'ScaleDownLimit' | 'TooManyReplicas' | 'TooFewReplicas' | 'DesiredWithinRange';

/** The messages of the condition ScalingLimited. */
export const limitMessages: Readonly<Record<LimitReason, string>> = {
  ScaleUpLimit: 'the desired replica count is increasing faster than the maximum scale rate',
  ScaleDownLimit: 'the desired replica count is decreasing faster than the maximum scale rate',
  TooManyReplicas: 'the desired replica count is more than the maximum replica count',
  TooFewReplicas: 'the desired replica count is less than the minimum replica count',
  DesiredWithinRange: 'the desired count is within the acceptable range',
};

/** Without behavior: at most twice as many at once, or four. */
export function limitedByRules(
  wanted: ReplicasWanted,
  limits: { readonly scaleUpFactor: number; readonly scaleUpMinimum: number },
): LimitedReplicas {
  const { current, desired, min, max } = wanted;
  const upLimit = Math.trunc(Math.max(limits.scaleUpFactor * current, limits.scaleUpMinimum));
  if (desired < min) return { replicas: min, reason: 'TooFewReplicas' };
  if (desired > Math.min(max, upLimit)) {
    return max > upLimit
      ? { replicas: upLimit, reason: 'ScaleUpLimit' }
      : { replicas: max, reason: 'TooManyReplicas' };
  }
  return { replicas: desired, reason: 'DesiredWithinRange' };
}

/** With behavior: what the policies of the direction allow, given the changes of their periods. */
export function limitedByBehavior(
  wanted: ReplicasWanted,
  behavior: { readonly up: HPAScalingRules; readonly down: HPAScalingRules },
  events: ScaleEvents,
  nowMs: number,
): LimitedReplicas {
  const { current, desired, min, max } = wanted;
  if (desired > current) {
    const limit = Math.max(current, upLimit(current, events, behavior.up, nowMs));
    if (desired > Math.min(max, limit)) {
      return max > limit
        ? { replicas: limit, reason: 'ScaleUpLimit' }
        : { replicas: max, reason: 'TooManyReplicas' };
    }
  } else if (desired < current) {
    const limit = Math.min(current, downLimit(current, events, behavior.down, nowMs));
    if (desired < Math.max(min, limit)) {
      return min < limit
        ? { replicas: limit, reason: 'ScaleDownLimit' }
        : { replicas: min, reason: 'TooFewReplicas' };
    }
  }
  return { replicas: desired, reason: 'DesiredWithinRange' };
}

function upLimit(
  current: number,
  events: ScaleEvents,
  rules: HPAScalingRules,
  nowMs: number,
): number {
  if (rules.selectPolicy === 'Disabled') return current;
  const proposals = (rules.policies ?? []).map(policy => {
    const start = periodStartReplicas(current, events, policy, nowMs);
    return policy.type === 'Pods'
      ? start + policy.value
      : Math.ceil(start * (1 + policy.value / 100));
  });
  return rules.selectPolicy === 'Min'
    ? Math.min(int32Max, ...proposals)
    : Math.max(int32Min, ...proposals);
}

function downLimit(
  current: number,
  events: ScaleEvents,
  rules: HPAScalingRules,
  nowMs: number,
): number {
  if (rules.selectPolicy === 'Disabled') return current;
  const proposals = (rules.policies ?? []).map(policy => {
    const start = periodStartReplicas(current, events, policy, nowMs);
    return policy.type === 'Pods'
      ? start - policy.value
      : Math.trunc(start * (1 - policy.value / 100));
  });
  return rules.selectPolicy === 'Min'
    ? Math.max(int32Min, ...proposals)
    : Math.min(int32Max, ...proposals);
}

function periodStartReplicas(
  current: number,
  events: ScaleEvents,
  policy: HPAScalingPolicy,
  nowMs: number,
): number {
  const added = replicasChanged(events.up, policy.periodSeconds, nowMs);
  const deleted = replicasChanged(events.down, policy.periodSeconds, nowMs);
  return current - added + deleted;
}

/** The changes of the period; one exactly as old as the period is over. */
export function replicasChanged(
  events: readonly ScaleEvent[],
  periodSeconds: number,
  nowMs: number,
): number {
  const cutoffMs = nowMs - periodSeconds * 1000;
  let changed = 0;
  for (const event of events) if (event.timeMs > cutoffMs) changed += event.change;
  return changed;
}

/** The events with a new one, which takes the place of the last that no policy looks at any more. */
export function withScaleEvent(
  events: readonly ScaleEvent[],
  change: number,
  rules: HPAScalingRules,
  nowMs: number,
): readonly ScaleEvent[] {
  const periods = (rules.policies ?? []).map(policy => policy.periodSeconds);
  const cutoffMs = nowMs - Math.max(0, ...periods) * 1000;
  const marked = events.map(event =>
    event.timeMs < cutoffMs && !event.isOutdated ? { ...event, isOutdated: true } : event,
  );
  const latest = { change, timeMs: nowMs, isOutdated: false };
  const outdatedIndex = marked.findLastIndex(event => event.isOutdated);
  return outdatedIndex < 0 ? [...marked, latest] : marked.with(outdatedIndex, latest);
}

const int32Max = 0x7fff_ffff;
const int32Min = -0x8000_0000;
