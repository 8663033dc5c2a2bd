/**
 * Since when a slice should look as it does, for the annotation that latencies are measured by.
 * @upstream staging/src/k8s.io/endpointslice/util/trigger_time_tracker.go
 */
import type { Pod, Service } from '../../api/kinds/core.js';
import { keyOf } from '../../api/meta.js';
import { rfc3339, timeMs } from '../../api/time.js';
import { podCondition } from '../control/pod-state.js';

interface KnownTimes {
  serviceMs: number;
  /** In the order of their names. */
  pods: readonly Pod[];
  readonly podsMs: Map<string, number>;
}

/** The times of the last pass over each service. */
export class TriggerTimes {
  private readonly known = new Map<string, KnownTimes>();

  /**
   * The earliest change since the last pass, as text; undefined when nothing with a time changed.
   * The pods come in the order of their names; those that are as they were take no time.
   */
  changedSince(service: Service, pods: readonly Pod[]): string | undefined {
    const key = keyOf(service);
    const last = this.known.get(key);
    const times = last ?? { serviceMs: -Infinity, pods: [], podsMs: new Map<string, number>() };
    let earliestMs = earliestChange(times, pods);
    const serviceMs = timeMs(service.metadata.creationTimestamp) ?? 0;
    if (serviceMs > times.serviceMs) earliestMs = Math.min(earliestMs, serviceMs);
    times.serviceMs = serviceMs;
    times.pods = pods;
    this.known.set(key, times);
    if (last === undefined) return rfc3339(serviceMs);
    return earliestMs === Infinity ? undefined : rfc3339(earliestMs);
  }

  forget(key: string): void {
    this.known.delete(key);
  }
}

/** Takes the times of the pods over; returns the earliest that is news. */
function earliestChange({ pods: before, podsMs }: KnownTimes, pods: readonly Pod[]): number {
  let earliestMs = Infinity;
  let place = 0;
  for (const pod of pods) {
    if (before[place] === pod) {
      place++;
      continue;
    }
    const name = nameOf(pod);
    for (; nameOf(before[place]) < name && place < before.length; place++) {
      podsMs.delete(nameOf(before[place]));
    }
    if (nameOf(before[place]) === name) place++;
    const ms = timeMs(podCondition(pod, 'Ready')?.lastTransitionTime);
    if (ms === undefined) {
      podsMs.delete(name);
      continue;
    }
    if (ms > (podsMs.get(name) ?? -Infinity)) earliestMs = Math.min(earliestMs, ms);
    podsMs.set(name, ms);
  }
  for (const pod of before.slice(place)) podsMs.delete(nameOf(pod));
  return earliestMs;
}

function nameOf(pod: Pod | undefined): string {
  return pod?.metadata.name ?? '';
}
