/**
 * From what the metrics ask for to what is set: stabilisation, then the limits of speed and range.
 * @upstream pkg/controller/podautoscaler/horizontal.go normalizeDesiredReplicas*
 */
import { planted } from '../../engine/planted.js';
import type { HorizontalPodAutoscalerBehavior } from '../../api/kinds/autoscaling.js';
import {
  limitedByBehavior,
  limitedByRules,
  limitMessages,
  withScaleEvent,
  type LimitedReplicas,
  type ReplicasWanted,
  type ScaleEvents,
} from './scaling-rules.js';
import { stabilized, stabilizedWithBehavior, type Recommendation } from './stabilization.js';

/** What the controller remembers of one autoscaler. A crash of its process loses it. */
export interface Memory {
  readonly recommendations: readonly Recommendation[];
  readonly events: ScaleEvents;
}

/** An autoscaler of which only the number of replicas at its first sight is known. */
export function firstMemory(currentReplicas: number, nowMs: number): Memory {
  const recommendations = [{ replicas: currentReplicas, timeMs: nowMs }];
  return { recommendations, events: { up: [], down: [] } };
}

/** The settings that are flags of kube-controller-manager, or constants of it. */
export interface NormalizationSettings {
  /** --horizontal-pod-autoscaler-downscale-stabilization. */
  readonly downscaleWindowMs: number;
  readonly scaleUpFactor: number;
  readonly scaleUpMinimum: number;
}

/** A condition without its time. */
export interface ConditionValue {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** The number of replicas to set, what to remember and what to tell. */
export interface Normalized {
  readonly replicas: number;
  readonly memory: Memory;
  readonly conditions: readonly ConditionValue[];
}

/** Normalises what the metrics ask for. */
export function normalized(
  wanted: ReplicasWanted,
  behavior: HorizontalPodAutoscalerBehavior | undefined,
  memory: Memory,
  options: NormalizationSettings & { readonly nowMs: number },
): Normalized {
  return behavior === undefined
    ? withoutBehavior(wanted, memory, options)
    : withBehavior(wanted, behavior, memory, options);
}

function remembered({ recommendations }: Memory): readonly Recommendation[] {
  return planted('hpa-without-stabilisation') ? [] : recommendations;
}

function withoutBehavior(
  wanted: ReplicasWanted,
  memory: Memory,
  options: NormalizationSettings & { readonly nowMs: number },
): Normalized {
  const stable = stabilized(remembered(memory), wanted.desired, options);
  const limited = limitedByRules({ ...wanted, desired: stable.replicas }, options);
  const direction = 'down';
  return result({ wanted, stable: stable.replicas, limited, direction }, memory, stable);
}

function withBehavior(
  wanted: ReplicasWanted,
  behavior: HorizontalPodAutoscalerBehavior,
  memory: Memory,
  options: NormalizationSettings & { readonly nowMs: number },
): Normalized {
  const { nowMs, downscaleWindowMs } = options;
  const up = behavior.scaleUp ?? {};
  const down = behavior.scaleDown ?? {};
  const downSeconds = down.stabilizationWindowSeconds;
  const stable = stabilizedWithBehavior(remembered(memory), wanted, {
    nowMs,
    upWindowMs: (up.stabilizationWindowSeconds ?? 0) * 1000,
    downWindowMs: downSeconds === undefined ? downscaleWindowMs : downSeconds * 1000,
  });
  const stableWanted = { ...wanted, desired: stable.replicas };
  const limited = limitedByBehavior(stableWanted, { up, down }, memory.events, nowMs);
  const direction = wanted.desired >= wanted.current ? 'up' : 'down';
  return result({ wanted, stable: stable.replicas, limited, direction }, memory, stable);
}

function result(
  decision: {
    readonly wanted: ReplicasWanted;
    readonly stable: number;
    readonly limited: LimitedReplicas;
    readonly direction: 'up' | 'down';
  },
  memory: Memory,
  { recommendations }: Pick<Memory, 'recommendations'>,
): Normalized {
  const { wanted, stable, limited, direction } = decision;
  const ableToScale = stable === wanted.desired ? readyForNewScale : stabilizedCondition[direction];
  const scalingLimited: ConditionValue = {
    type: 'ScalingLimited',
    status: limited.replicas === stable ? 'False' : 'True',
    reason: limited.reason,
    message: limitMessages[limited.reason],
  };
  return {
    replicas: limited.replicas,
    memory: { ...memory, recommendations },
    conditions: [ableToScale, scalingLimited],
  };
}

/** The memory of a change that was made; it only counts where a behavior has policies. */
export function rememberingScale(
  memory: Memory,
  behavior: HorizontalPodAutoscalerBehavior | undefined,
  change: { readonly from: number; readonly to: number; readonly nowMs: number },
): Memory {
  if (behavior === undefined) return memory;
  const { up, down } = memory.events;
  const { from, to, nowMs } = change;
  const events =
    to > from
      ? { up: withScaleEvent(up, to - from, behavior.scaleUp ?? {}, nowMs), down }
      : { up, down: withScaleEvent(down, from - to, behavior.scaleDown ?? {}, nowMs) };
  return { ...memory, events };
}

const readyForNewScale: ConditionValue = {
  type: 'AbleToScale',
  status: 'True',
  reason: 'ReadyForNewScale',
  message: 'recommended size matches current size',
};

const stabilizedCondition: Readonly<Record<'up' | 'down', ConditionValue>> = {
  up: {
    type: 'AbleToScale',
    status: 'True',
    reason: 'ScaleUpStabilized',
    message:
      'recent recommendations were lower than current one, applying the lowest recent recommendation',
  },
  down: {
    type: 'AbleToScale',
    status: 'True',
    reason: 'ScaleDownStabilized',
    message:
      'recent recommendations were higher than current one, applying the highest recent recommendation',
  },
};
