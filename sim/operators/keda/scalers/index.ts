/** The scalers by the type of their trigger. @upstream kedacore/keda v2.20.2 pkg/scaling/scalers_builder.go buildScaler */
import { cpuMemoryScaler } from './cpu-memory.js';
import { cronScaler } from './cron.js';
import { kubernetesWorkloadScaler } from './kubernetes-workload.js';
import { metricsApiScaler } from './metrics-api.js';
import { prometheusScaler } from './prometheus.js';
import type { MakeScaler, Scaler, ScalerSettings } from './scaler.js';
import { absentServers, upstreamTypes } from './not-simulated.js';

const simulated: Readonly<Record<string, MakeScaler>> = {
  cpu: cpuMemoryScaler,
  cron: cronScaler,
  'kubernetes-workload': kubernetesWorkloadScaler,
  memory: cpuMemoryScaler,
  'metrics-api': metricsApiScaler,
  prometheus: prometheusScaler,
};

/** Whether triggers of the type do their work here. */
export function isSimulated(type: string): boolean {
  return simulated[type] !== undefined;
}

/** Whether KEDA has such triggers at all. */
export function isKnown(type: string): boolean {
  return isSimulated(type) || upstreamTypes.has(type);
}

/** Makes the scaler of a trigger, or says why it cannot be made. */
export function makeScaler(settings: ScalerSettings): Scaler | { readonly error: string } {
  const { type, metadata } = settings.trigger;
  const make = simulated[type];
  if (make !== undefined) return make(settings);
  if (!upstreamTypes.has(type)) return { error: `no scaler found for type: ${type}` };
  return { error: absentServers[type]?.(metadata) ?? `${type}: its scaler is not simulated` };
}
