/** An event of the API, core/v1 or events.k8s.io/v1, in the one form that imports keep. */
import { timeMs } from '../../../sim/api/time.js';
import type { Source, ToldEvent } from './format.js';

/** What stands in an event, in either version, or as an exporter writes it. */
export interface EventLike {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata?: {
    readonly uid?: string;
    readonly creationTimestamp?: string | null;
  };
  readonly involvedObject?: Reference;
  readonly regarding?: Reference;
  readonly reason?: string;
  readonly message?: string;
  readonly note?: string;
  readonly type?: string;
  readonly count?: number;
  readonly deprecatedCount?: number;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string } | null;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly deprecatedFirstTimestamp?: string | null;
  readonly deprecatedLastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly source?: { readonly component?: string };
  readonly deprecatedSource?: { readonly component?: string };
  readonly reportingComponent?: string;
  readonly reportingController?: string;
}

interface Reference {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Whether an object is an event of the API. */
export function isEvent(value: {
  readonly kind?: unknown;
  readonly apiVersion?: unknown;
}): boolean {
  const { kind, apiVersion } = value;
  if (kind !== 'Event' || typeof apiVersion !== 'string') return false;
  return apiVersion === 'v1' || apiVersion.startsWith('events.k8s.io/');
}

/** The event; undefined when nothing says when it was or about what it is. */
export function toldEvent(event: EventLike, source: Source): ToldEvent | undefined {
  const { name, namespace, kind = '' } = event.involvedObject ?? event.regarding ?? {};
  const firstMs =
    timeMs(event.firstTimestamp) ??
    timeMs(event.deprecatedFirstTimestamp) ??
    timeMs(event.eventTime) ??
    timeMs(event.metadata?.creationTimestamp);
  if (firstMs === undefined || name === undefined) return undefined;
  const lastMs =
    timeMs(event.series?.lastObservedTime) ??
    timeMs(event.lastTimestamp) ??
    timeMs(event.deprecatedLastTimestamp);
  const component = [
    event.reportingComponent,
    event.reportingController,
    event.source?.component,
    event.deprecatedSource?.component,
  ].find(text => text !== undefined && text !== '');
  const uid = event.metadata?.uid;
  return {
    atMs: firstMs,
    count: event.series?.count ?? event.count ?? event.deprecatedCount ?? 1,
    type: event.type ?? 'Normal',
    reason: event.reason ?? '',
    message: event.message ?? event.note ?? '',
    kind,
    name,
    source,
    ...(uid !== undefined && { uid }),
    ...(lastMs !== undefined && lastMs > firstMs && { untilMs: lastMs }),
    ...(namespace !== undefined && namespace !== '' && { namespace }),
    ...(component !== undefined && { component }),
  };
}
