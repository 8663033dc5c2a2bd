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
  const sweep = (): void => {
    const beforeMs = clock.now() - ttlMs;
    const over = store
      .collection(events.resource)
      .list()
      .map(stored => stored.object)
      .filter(event => lastWrittenMs(event) < beforeMs);
    for (const event of over) core.remove(events, event);
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
