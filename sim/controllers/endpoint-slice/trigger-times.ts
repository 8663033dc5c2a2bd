/**
 * Since when a slice should look as it does, for the annotation that latencies are measured by.
 * @upstream staging/src/k8s.io/endpointslice/util/trigger_time_tracker.go
 */
import type { Pod, Service } from '../../api/kinds/core.js';
import { keyOf } from '../../api/meta.js';
import { rfc3339, timeMs } from '../../api/time.js';
import { podCondition } from '../control/pod-state.js';

interface KnownTimes {
  readonly serviceMs: number;
  readonly podsMs: ReadonlyMap<string, number>;
}

/** The times of the last pass over each service. */
export class TriggerTimes {
  private readonly known = new Map<string, KnownTimes>();

  /** The earliest change since the last pass, as text; undefined when nothing with a time changed. */
  changedSince(service: Service, pods: readonly Pod[]): string | undefined {
    const key = keyOf(service);
    const last = this.known.get(key);
    const podsMs = new Map<string, number>();
    let earliestMs = Infinity;
    for (const pod of pods) {
      const ms = timeMs(podCondition(pod, 'Ready')?.lastTransitionTime);
      if (ms === undefined) continue;
      const name = pod.metadata.name ?? '';
      podsMs.set(name, ms);
      if (ms > (last?.podsMs.get(name) ?? -Infinity)) earliestMs = Math.min(earliestMs, ms);
    }
    const serviceMs = timeMs(service.metadata.creationTimestamp) ?? 0;
    if (serviceMs > (last?.serviceMs ?? -Infinity)) earliestMs = Math.min(earliestMs, serviceMs);
    this.known.set(key, { serviceMs, podsMs });
    if (last === undefined) return rfc3339(serviceMs);
    return earliestMs === Infinity ? undefined : rfc3339(earliestMs);
  }

  forget(key: string): void {
    this.known.delete(key);
  }
}
