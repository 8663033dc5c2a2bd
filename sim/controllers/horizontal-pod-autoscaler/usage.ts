/**
 * The arithmetic of usage against a target, in milli-units.
 * @upstream pkg/controller/podautoscaler/metrics/utilization.go
 */

/** One sample of a pod's metric. */
export interface PodMetric {
  readonly timestampMs: number;
  readonly windowMs: number;
  /** In milli-units; BigInt because an int64 of them need not fit a number. */
  readonly value: bigint;
}

/** Samples by the pod's name. */
export type PodMetrics = ReadonlyMap<string, PodMetric>;

/** How the use of a resource compares with a percentage of what was requested. */
export interface UtilizationRatio {
  /** Above 1: more is used than wanted. */
  readonly ratio: number;
  /** Per cent of the request, truncated. */
  readonly utilization: number;
  readonly rawAverage: bigint;
}

/** Compares the samples with a share of the requests; undefined when they have no pod in common. */
export function utilizationRatio(
  metrics: PodMetrics,
  requests: ReadonlyMap<string, bigint>,
  targetUtilization: number,
): UtilizationRatio | undefined {
  let metricsTotal = 0n;
  let requestsTotal = 0n;
  let count = 0n;
  for (const [pod, metric] of metrics) {
    const request = requests.get(pod);
    if (request === undefined) continue;
    metricsTotal += metric.value;
    requestsTotal += request;
    count++;
  }
  if (requestsTotal === 0n) return undefined;
  const percent = BigInt.asIntN(64, metricsTotal * 100n) / BigInt.asIntN(64, requestsTotal);
  const utilization = Number(BigInt.asIntN(32, percent));
  return {
    ratio: utilization / targetUtilization,
    utilization,
    rawAverage: BigInt.asIntN(64, metricsTotal) / count,
  };
}

/** Compares the mean of the samples, truncated, with a target. */
export function usageRatio(
  metrics: PodMetrics,
  targetUsage: bigint,
): { readonly ratio: number; readonly usage: bigint } {
  let total = 0n;
  for (const metric of metrics.values()) total += metric.value;
  const usage = BigInt.asIntN(64, total) / BigInt(metrics.size);
  return { ratio: Number(usage) / Number(targetUsage), usage };
}
