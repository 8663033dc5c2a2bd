/** Events live for an hour after they were last written: kube-apiserver's --event-ttl. */
import type { KubeObject } from '../api/object.js';
import { timeMs } from '../api/time.js';
import type { Core } from './core.js';

const ttlMs = 3_600_000;
/** How often it is looked for events that are over; etcd's leases are as coarse. */
const sweepMs = 60_000;
const events = { group: '', resource: 'events' };

/** Begins to remove events that are over. */
export function expireEvents(core: Core): void {
  const { clock, store } = core;
  // No event is over before this: what is written later lives longer.
  let firstOverMs = -Infinity;
  const sweep = (): void => {
    const nowMs = clock.now();
    if (nowMs > firstOverMs) {
      const over: KubeObject[] = [];
      firstOverMs = nowMs + ttlMs;
      for (const { object } of store.collection(events.resource).list()) {
        const overMs = lastWrittenMs(object) + ttlMs;
        if (overMs < nowMs) over.push(object);
        else firstOverMs = Math.min(firstOverMs, overMs);
      }
      for (const event of over) core.remove(events, event);
    }
    clock.after(sweepMs, 'events expire', sweep);
  };
  clock.after(sweepMs, 'events expire', sweep);
}

interface EventTimes {
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly lastObservedTime?: string | null };
}

function lastWrittenMs(event: KubeObject): number {
  const { lastTimestamp, eventTime, series } = event as KubeObject & EventTimes;
  const told = [lastTimestamp, series?.lastObservedTime, eventTime];
  const times = told.map(text => timeMs(text) ?? 0);
  return Math.max(timeMs(event.metadata.creationTimestamp) ?? 0, ...times);
}
