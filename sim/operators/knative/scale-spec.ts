/** How a revision's autoscaling is set: by its annotations, else by the ConfigMap. @upstream knative/serving v1.22.1 pkg/apis/autoscaling/v1alpha1/pa_lifecycle.go, pkg/reconciler/autoscaling/resources, pkg/reconciler/autoscaling/kpa/resources/decider.go */
import { parseDuration } from '../../api/duration.js';
import { classes, keys, scaleAnnotation, type ScaleKey } from './keys.js';
import type { PodAutoscalerSpec } from './pod-autoscaler.js';
import type { AutoscalerSettings } from './settings.js';
import type { PodAutoscalerObject } from './types.js';

const leastTarget = 0.01;
const secondMs = 1000;

/** The class of an autoscaler. */
export function classOf({ metadata }: PodAutoscalerObject): string {
  return metadata.annotations?.[keys.class] ?? classes.kpa;
}

/** What it scales by. */
export function metricOf(autoscaler: PodAutoscalerObject): string {
  const usual = classOf(autoscaler) === classes.hpa ? 'cpu' : 'concurrency';
  return autoscaler.metadata.annotations?.[keys.metric] ?? usual;
}

/** The number of an annotation; undefined: it is not there, or is none. */
export function numberIn({ metadata }: PodAutoscalerObject, key: ScaleKey): number | undefined {
  const text = scaleAnnotation(metadata.annotations, key)?.value;
  const value = text === undefined || text === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** The duration of an annotation in ms. */
export function durationIn({ metadata }: PodAutoscalerObject, key: ScaleKey): number | undefined {
  const parsed = parseDuration(scaleAnnotation(metadata.annotations, key)?.value ?? '');
  return parsed.isOk ? parsed.value / 1e6 : undefined;
}

/** The least and the most replicas; most 0: any. */
export function boundsOf(
  autoscaler: PodAutoscalerObject,
  settings: AutoscalerSettings,
): { readonly least: number; readonly most: number } {
  const isUnreachable = autoscaler.spec.reachability === 'Unreachable';
  return {
    least: isUnreachable ? 0 : (numberIn(autoscaler, 'minScale') ?? settings.minScale),
    most: numberIn(autoscaler, 'maxScale') ?? settings.maxScale,
  };
}

/** With how many it starts. */
export function initialScale(
  autoscaler: PodAutoscalerObject,
  settings: AutoscalerSettings,
): number {
  const own = numberIn(autoscaler, 'initialScale');
  const isRefused = own === 0 && !settings.allowZeroInitialScale;
  return own === undefined || isRefused ? settings.initialScale : own;
}

/** From how many ready pods on it is active. */
export function activeThreshold(
  autoscaler: PodAutoscalerObject,
  settings: AutoscalerSettings,
  isInitialized: boolean,
): number {
  const { least } = boundsOf(autoscaler, settings);
  return Math.max(least, isInitialized ? 1 : initialScale(autoscaler, settings));
}

/** The window over which its load is averaged. */
export function stableWindowOf(
  autoscaler: PodAutoscalerObject,
  settings: AutoscalerSettings,
): number {
  return durationIn(autoscaler, 'window') ?? settings.stableWindowMs;
}

/** The short window, by which it panics. */
export function panicWindowOf(
  autoscaler: PodAutoscalerObject,
  settings: AutoscalerSettings,
): number {
  const percentage = numberIn(autoscaler, 'panicWindow') ?? settings.panicWindowPercentage;
  const windowMs = (stableWindowOf(autoscaler, settings) * percentage) / 100;
  return Math.max(secondMs, Math.round(windowMs / secondMs) * secondMs);
}

/** What one pod can bear, and the part of it that is aimed at. */
export function targetOf(
  autoscaler: PodAutoscalerObject,
  settings: AutoscalerSettings,
): { readonly target: number; readonly total: number } {
  const { containerConcurrency = 0 } = autoscaler.spec;
  const isByRequests = metricOf(autoscaler) === 'rps';
  const usual = isByRequests
    ? settings.rpsTarget
    : containerConcurrency || settings.concurrencyTarget;
  const own = numberIn(autoscaler, 'target');
  const isCapped = !isByRequests && containerConcurrency !== 0 && own !== undefined;
  const total = isCapped ? Math.min(own, containerConcurrency) : (own ?? usual);
  const percentage = numberIn(autoscaler, 'targetUtilization');
  const share = isByRequests ? 0.7 : settings.concurrencyFraction;
  const fraction = percentage === undefined ? share : percentage / 100;
  return { target: Math.max(leastTarget, total * fraction), total };
}

/** The burst that ready pods must be able to take, without the activator. */
export function burstCapacityOf(
  autoscaler: PodAutoscalerObject,
  settings: AutoscalerSettings,
): number {
  return numberIn(autoscaler, 'targetBurstCapacity') ?? settings.targetBurstCapacity;
}

/** All that decisions are made by. */
export function decisionSpec(
  autoscaler: PodAutoscalerObject,
  settings: AutoscalerSettings,
): PodAutoscalerSpec {
  const percentage = numberIn(autoscaler, 'panicThreshold') ?? settings.panicThresholdPercentage;
  return {
    ...targetOf(autoscaler, settings),
    targetBurstCapacity: burstCapacityOf(autoscaler, settings),
    maxScaleUpRate: settings.maxScaleUpRate,
    maxScaleDownRate: settings.maxScaleDownRate,
    panicThreshold: percentage / 100,
    stableWindowMs: stableWindowOf(autoscaler, settings),
    scaleDownDelayMs: durationIn(autoscaler, 'scaleDownDelay') ?? settings.scaleDownDelayMs,
    activationScale: numberIn(autoscaler, 'activationScale') ?? 0,
    isReachable: autoscaler.spec.reachability !== 'Unreachable',
  };
}
