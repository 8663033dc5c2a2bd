/** Which metrics APIs a cluster has, each with the parts behind it. */
import type { NodeEndpoints } from './api/node-endpoint.js';
import type { Clock } from './engine/clock.js';
import { createGpuMetrics, type GpuMetrics } from './metrics/gpu-metrics.js';
import { createMetricsServer, type MetricsServer } from './metrics/metrics-server.js';
import type { SimulationOptions } from './simulation.js';

/** By the group and version that the API server hands on to them, in the order in which they start. */
export function metricsParts(
  { hasMetricsServer = true, hasGpuMetrics = false }: SimulationOptions,
  tools: { readonly clock: Clock; readonly nodes: NodeEndpoints },
): Readonly<Record<string, MetricsServer | GpuMetrics>> {
  return {
    ...(hasMetricsServer && { 'metrics.k8s.io/v1beta1': createMetricsServer(tools) }),
    ...(hasGpuMetrics && { 'custom.metrics.k8s.io/v1beta1': createGpuMetrics(tools) }),
  };
}
