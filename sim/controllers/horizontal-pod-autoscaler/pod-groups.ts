/**
 * Sorts the pods of a target by what their samples are worth.
 * @upstream pkg/controller/podautoscaler/replica_calculator.go groupPods
 */
import type { Pod } from '../../api/kinds/core.js';
import { timeMs } from '../../api/time.js';
import type { PodMetric, PodMetrics } from './usage.js';

/** How long a pod's CPU samples are doubted. */
export interface ReadinessDelays {
  /** --horizontal-pod-autoscaler-cpu-initialization-period. */
  readonly cpuInitializationMs: number;
  /** --horizontal-pod-autoscaler-initial-readiness-delay. */
  readonly initialReadinessMs: number;
}

/** The pods of a target, by name. */
export interface PodGroups {
  readonly readyCount: number;
  readonly unready: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
  readonly ignored: ReadonlySet<string>;
}

/** Groups the pods: deleted and failed ones do not count, those without a sample are missing. */
export function groupPods(
  pods: readonly Pod[],
  metrics: PodMetrics,
  resource: string,
  options: ReadinessDelays & { readonly nowMs: number },
): PodGroups {
  const unready = new Set<string>();
  const missing = new Set<string>();
  const ignored = new Set<string>();
  let readyCount = 0;
  for (const pod of pods) {
    const name = pod.metadata.name ?? '';
    const metric = metrics.get(name);
    if (pod.metadata.deletionTimestamp !== undefined || pod.status?.phase === 'Failed') {
      ignored.add(name);
    } else if (pod.status?.phase === 'Pending') unready.add(name);
    else if (metric === undefined) missing.add(name);
    else if (resource === 'cpu' && isStartingUp(pod, metric, options)) unready.add(name);
    else readyCount++;
  }
  return { readyCount, unready, missing, ignored };
}

/** Whether the CPU sample tells of the start rather than of the load. */
function isStartingUp(
  pod: Pod,
  metric: PodMetric,
  options: ReadinessDelays & { readonly nowMs: number },
): boolean {
  const ready = pod.status?.conditions?.find(condition => condition.type === 'Ready');
  const startMs = timeMs(pod.status?.startTime);
  if (ready === undefined || startMs === undefined) return true;
  const transitionMs = timeMs(ready.lastTransitionTime ?? undefined) ?? -Infinity;
  if (startMs + options.cpuInitializationMs > options.nowMs) {
    return ready.status === 'False' || metric.timestampMs < transitionMs + metric.windowMs;
  }
  return ready.status === 'False' && startMs + options.initialReadinessMs > transitionMs;
}
