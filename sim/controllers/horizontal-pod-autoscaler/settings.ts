/**
 * The flags and feature gates of the autoscaler's controller.
 * @upstream pkg/controller/podautoscaler/config/v1alpha1/defaults.go
 */
import type { NormalizationSettings } from './normalize.js';
import type { ReadinessDelays } from './pod-groups.js';

/** What the controller is given as flags, constants and gates. */
export interface AutoscalerSettings extends NormalizationSettings, ReadinessDelays {
  /** --horizontal-pod-autoscaler-sync-period. */
  readonly syncPeriodMs: number;
  /** --horizontal-pod-autoscaler-tolerance. */
  readonly tolerance: number;
  /** The gate HPAConfigurableTolerance: beta, on. */
  readonly hasConfigurableTolerance: boolean;
  /** The gate HPAScaleToZero: alpha, off. */
  readonly scalesToZero: boolean;
  /** The gate PodLevelResources: beta, on. */
  readonly usesPodLevelResources: boolean;
}

/** The defaults of 1.36. */
export const defaultAutoscalerSettings: AutoscalerSettings = {
  syncPeriodMs: 15_000,
  tolerance: 0.1,
  cpuInitializationMs: 300_000,
  initialReadinessMs: 30_000,
  downscaleWindowMs: 300_000,
  scaleUpFactor: 2,
  scaleUpMinimum: 4,
  hasConfigurableTolerance: true,
  scalesToZero: false,
  usesPodLevelResources: true,
};
