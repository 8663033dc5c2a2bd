/** Replays upstream's tables of the pure functions. */
import type { HPAScalingRules } from '../../../../sim/api/kinds/autoscaling.js';
import { groupPods } from '../../../../sim/controllers/horizontal-pod-autoscaler/pod-groups.js';
import { requestsByPod } from '../../../../sim/controllers/horizontal-pod-autoscaler/pod-requests.js';
import {
  limitedByBehavior,
  limitedByRules,
  replicasChanged,
  withScaleEvent,
  type ScaleEvent,
} from '../../../../sim/controllers/horizontal-pod-autoscaler/scaling-rules.js';
import {
  stabilized,
  stabilizedWithBehavior,
} from '../../../../sim/controllers/horizontal-pod-autoscaler/stabilization.js';
import {
  usageRatio,
  utilizationRatio,
  type PodMetrics,
} from '../../../../sim/controllers/horizontal-pod-autoscaler/usage.js';
import { nowMs, podOf, samplesOf, type ShortPod, type ShortSample } from './cases.js';

/** A case of kind `function`. */
export interface FunctionCase {
  readonly id: string;
  readonly function: string;
  readonly input: FunctionInput;
  readonly expect: Readonly<Record<string, unknown>>;
}

interface FunctionInput {
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly scaleUpLimitFactor: number;
  readonly scaleUpLimitMinimum: number;
  readonly downscaleStabilizationWindowSeconds: number;
  readonly scaleUpStabilizationWindowSeconds: number;
  readonly scaleDownStabilizationWindowSeconds: number;
  readonly recommendations: readonly { readonly replicas: number; readonly ageSeconds: number }[];
  readonly scaleUp: HPAScalingRules;
  readonly scaleDown: HPAScalingRules;
  readonly scaleUpEvents: readonly ShortEvent[];
  readonly scaleDownEvents: readonly ShortEvent[];
  readonly prevScaleEvents: readonly ShortEvent[];
  readonly scalingRules: HPAScalingRules | null;
  readonly replicaChange: number;
  readonly pods: readonly ShortPod[];
  readonly metrics: Readonly<Record<string, ShortSample & number>>;
  readonly requests: Readonly<Record<string, number>>;
  readonly resource: string;
  readonly container: string;
  readonly featureGates: { readonly PodLevelResources: boolean };
  readonly targetUtilization: number;
  readonly targetUsage: number;
}

interface ShortEvent {
  readonly change: number;
  readonly ageSeconds: number;
  readonly outdated?: boolean;
}

/** What the function gives, in the words of the expectation; undefined when it is not known. */
export function replayFunction(name: string, input: FunctionInput): unknown {
  return functions[name]?.(input);
}

const functions: Readonly<Record<string, (input: FunctionInput) => unknown>> = {
  convertDesiredReplicasWithRules: input =>
    limitedByRules(wantedOf(input), {
      scaleUpFactor: input.scaleUpLimitFactor,
      scaleUpMinimum: input.scaleUpLimitMinimum,
    }),
  convertDesiredReplicasWithBehaviorRate: input =>
    limitedByBehavior(
      wantedOf(input),
      { up: input.scaleUp, down: input.scaleDown },
      { up: eventsOf(input.scaleUpEvents), down: eventsOf(input.scaleDownEvents) },
      nowMs,
    ),
  stabilizeRecommendation: input => {
    const { replicas, recommendations } = stabilized(
      recommendationsOf(input),
      input.desiredReplicas,
      { nowMs, downscaleWindowMs: input.downscaleStabilizationWindowSeconds * 1000 },
    );
    return { replicas, recommendationsLength: recommendations.length };
  },
  stabilizeRecommendationWithBehaviors: input => {
    const { replicas, recommendations } = stabilizedWithBehavior(
      recommendationsOf(input),
      { current: input.currentReplicas, desired: input.desiredReplicas },
      {
        nowMs,
        upWindowMs: input.scaleUpStabilizationWindowSeconds * 1000,
        downWindowMs: input.scaleDownStabilizationWindowSeconds * 1000,
      },
    );
    return { replicas, recommendations: recommendations.map(one => one.replicas) };
  },
  storeScaleEvent: ({ prevScaleEvents, scalingRules, replicaChange }) => {
    const before = eventsOf(prevScaleEvents);
    const after =
      scalingRules === null ? before : withScaleEvent(before, replicaChange, scalingRules, nowMs);
    return {
      newScaleEvents: after.map(event => ({ change: event.change, outdated: event.isOutdated })),
      replicasChangePerPeriod60: replicasChanged(before, 60, nowMs),
    };
  },
  groupPods: ({ pods, metrics, resource }) => {
    const groups = groupPods(pods.map(podOf), samplesOf(metrics), resource, {
      nowMs,
      cpuInitializationMs: 120_000,
      initialReadinessMs: 10_000,
    });
    return {
      readyPodCount: groups.readyCount,
      unready: [...groups.unready],
      missing: [...groups.missing],
      ignored: [...groups.ignored],
    };
  },
  calculateRequests: ({ pods, resource, container, featureGates }) => {
    const requests = requestsByPod(
      pods.map(podOf),
      { resource, container },
      { usesPodLevelResources: featureGates.PodLevelResources },
    );
    return 'error' in requests
      ? { error: requests.error, requests: null }
      : { error: null, requests: numbersOf(requests.byPod) };
  },
  getResourceUtilizationRatio: ({ metrics, requests, targetUtilization }) => {
    const byPod = new Map(Object.entries(requests).map(([pod, value]) => [pod, BigInt(value)]));
    const used = utilizationRatio(plainSamples(metrics), byPod, targetUtilization);
    if (used === undefined) {
      const error = 'no metrics returned matched known pods';
      return { error, ratio: 0, rawAverage: 0, utilization: 0 };
    }
    return { error: null, ...used, rawAverage: Number(used.rawAverage) };
  },
  getMetricUsageRatio: ({ metrics, targetUsage }) => {
    const { ratio, usage } = usageRatio(plainSamples(metrics), BigInt(targetUsage));
    return { ratio, usage: Number(usage) };
  },
};

function wantedOf(input: FunctionInput) {
  const { currentReplicas, desiredReplicas, minReplicas, maxReplicas } = input;
  return {
    current: currentReplicas,
    desired: desiredReplicas,
    min: minReplicas,
    max: maxReplicas,
  };
}

function eventsOf(events: readonly ShortEvent[]): readonly ScaleEvent[] {
  return events.map(({ change, ageSeconds, outdated = false }) => {
    return { change, timeMs: nowMs - ageSeconds * 1000, isOutdated: outdated };
  });
}

function recommendationsOf({ recommendations }: FunctionInput) {
  return recommendations.map(({ replicas, ageSeconds }) => {
    return { replicas, timeMs: nowMs - ageSeconds * 1000 };
  });
}

function plainSamples(metrics: Readonly<Record<string, number>>): PodMetrics {
  return new Map(
    Object.entries(metrics).map(([pod, value]) => {
      return [pod, { timestampMs: 0, windowMs: 0, value: BigInt(value) }];
    }),
  );
}

function numbersOf(values: ReadonlyMap<string, bigint>): Record<string, number> {
  return Object.fromEntries([...values].map(([key, value]) => [key, Number(value)]));
}
