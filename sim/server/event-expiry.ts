/** Events live for an hour after they were last written: kube-apiserver's --event-ttl. */
import type { KubeObject } from '../api/object.js';
import { timeMs } from '../api/time.js';
import { compareKeys } from '../store/collection.js';
import type { Stored } from '../store/stored.js';
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
      const over: Stored[] = [];
      firstOverMs = nowMs + ttlMs;
      store.collection(events.resource).each(stored => {
        const overMs = overAtMs(stored.object, nowMs);
        if (overMs < nowMs) over.push(stored);
        else firstOverMs = Math.min(firstOverMs, overMs);
      });
      over.sort((a, b) => compareKeys(a.key, b.key));
      for (const { object } of over) core.remove(events, object);
    }
    clock.after(sweepMs, 'events expire', sweep);
  };
  clock.after(sweepMs, 'events expire', sweep);
}

/** When the event is over, or a moment before that which is to come. */
function overAtMs(event: KubeObject, nowMs: number): number {
  const createdMs = timeMs(event.metadata.creationTimestamp) ?? 0;
  // Most are young: when they were last written is asked when they no longer are.
  if (createdMs + ttlMs >= nowMs) return createdMs + ttlMs;
  return Math.max(createdMs, lastWrittenMs(event)) + ttlMs;
}

interface EventTimes {
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly lastObservedTime?: string | null };
}

function lastWrittenMs(event: KubeObject): number {
  const { lastTimestamp, eventTime, series } = event as KubeObject & EventTimes;
  const told = [lastTimestamp, series?.lastObservedTime, eventTime];
  return Math.max(...told.map(text => timeMs(text) ?? 0));
}
