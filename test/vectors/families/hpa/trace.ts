/** Replays traces of normalisation in virtual time. */
import type { HorizontalPodAutoscalerBehavior } from '../../../../sim/api/kinds/autoscaling.js';
import {
  firstMemory,
  normalized,
  rememberingScale,
} from '../../../../sim/controllers/horizontal-pod-autoscaler/normalize.js';

/** A case of kind `trace`. */
export interface TraceCase {
  readonly id: string;
  readonly behaviorDefaulted: HorizontalPodAutoscalerBehavior | null;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly startReplicas: number;
  readonly scaleUpLimitFactor: number;
  readonly scaleUpLimitMinimum: number;
  readonly downscaleStabilizationWindowSeconds: number;
  /** sleepSeconds, metricDesiredReplicas, expectedReplicas, AbleToScale's reason, ScalingLimited. */
  readonly steps: readonly (readonly [number, number, number, string, string])[];
}

/** The first difference, or undefined. */
export function replayTrace(trace: TraceCase): string | undefined {
  const behavior = trace.behaviorDefaulted ?? undefined;
  let nowMs = 0;
  let current = trace.startReplicas;
  let memory = firstMemory(current, nowMs);
  for (const [index, step] of trace.steps.entries()) {
    const [sleepSeconds, desired, expectedReplicas, ableToScale, scalingLimited] = step;
    nowMs += sleepSeconds * 1000;
    const wanted = { current, desired, min: trace.minReplicas, max: trace.maxReplicas };
    const result = normalized(wanted, behavior, memory, {
      nowMs,
      downscaleWindowMs: trace.downscaleStabilizationWindowSeconds * 1000,
      scaleUpFactor: trace.scaleUpLimitFactor,
      scaleUpMinimum: trace.scaleUpLimitMinimum,
    });
    const [able, limited] = result.conditions;
    const seen = [result.replicas, able?.reason, `${limited?.status}/${limited?.reason}`];
    const expected = [expectedReplicas, ableToScale, scalingLimited];
    if (seen.join() !== expected.join()) {
      return `step ${index}: ${seen.join()}, expected ${expected.join()}`;
    }
    memory = result.memory;
    if (result.replicas !== current) {
      memory = rememberingScale(memory, behavior, { from: current, to: result.replicas, nowMs });
    }
    current = result.replicas;
  }
  return undefined;
}
