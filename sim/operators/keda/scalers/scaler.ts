/** The contract of scalers: what a trigger measures, and by what its autoscaler goes. @upstream pkg/scalers/scaler.go */
import type { MetricSpec } from '../../../api/kinds/autoscaling.js';
import { quantity } from '../../../api/quantity.js';
import type { SendHttp } from '../../../api/http-message.js';
import type { Reconciliation, View } from '../../../client/contract.js';
import type { Clock } from '../../../engine/clock.js';
import type { Trigger } from '../types.js';

/** What a scaler is made from. */
export interface ScalerSettings {
  readonly trigger: Trigger;
  /** Its place among the triggers. */
  readonly index: number;
  readonly namespace: string;
  /** By TriggerAuthentication. */
  readonly authParams: Readonly<Record<string, string>>;
}

/** With what it measures. */
export interface ScalerTools {
  readonly view: View;
  readonly clock: Clock;
  readonly http?: SendHttp;
}

/** What it measured. */
export type Reading =
  { readonly value: number; readonly isActive: boolean } | { readonly error: string };

/** A trigger at work. */
export interface Scaler {
  readonly spec: MetricSpec;
  /** Absent: the autoscaler measures by itself, and the trigger counts as active. */
  read?(tools: ScalerTools): Reconciliation<Reading>;
}

/** Makes a scaler, or says why it cannot be made. */
export type MakeScaler = (settings: ScalerSettings) => Scaler | { readonly error: string };

/** A number as metrics tell it: to thousandths, never below zero. @upstream quantityFromFloat64 */
export function metricQuantity(value: number): string {
  if (!Number.isFinite(value) || value < 0) return '0';
  return quantity(value.toFixed(3)).toString();
}

/** Slashes, dots and the like become dashes. @upstream pkg/util NormalizeString */
export function normalized(text: string): string {
  return text.replaceAll(/[/.:%()]/g, '-');
}

/** The metric of an external scaler, and its target for one replica; or why its type is refused. */
export function externalSpec(
  { trigger, index }: ScalerSettings,
  name: string,
  target: number,
): MetricSpec | { readonly error: string } {
  const { metricType: type = 'AverageValue' } = trigger;
  if (type === 'Utilization') {
    return {
      error:
        "error getting scaler metric type: 'Utilization' metric type is unsupported for external metrics, allowed values are 'Value' or 'AverageValue'",
    };
  }
  const field = type === 'AverageValue' ? 'averageValue' : 'value';
  return {
    type: 'External',
    external: {
      metric: { name: `s${index}-${normalized(name)}` },
      target: { type, [field]: metricQuantity(target) },
    },
  };
}
