/** Writes events of events.k8s.io, repeated ones as a series. @upstream client-go/tools/events/event_broadcaster.go */
import type { KubeObject } from '../api/object.js';
import { rfc3339Micro } from '../api/time.js';
import type { Clock } from '../engine/clock.js';
import { forgetOver, noteNewest } from '../engine/newest.js';
import {
  EventNames,
  referenceTo,
  type EventPolicy,
  type EventToRecord,
  type EventWrite,
} from './event-recorder.js';

/** An event that was not repeated for so long begins anew. */
const finishMs = 6 * 60_000;

interface Known {
  readonly event: KubeObject;
  count: number;
  lastMs: number;
}

/** The second of equal events makes a series; later ones are only counted, until the series is over. */
export class EventSeries implements EventPolicy {
  private readonly names: EventNames;
  private readonly clock: Clock;
  /** In the order in which they were told last. */
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly source: {
      readonly clock: Clock;
      readonly component: string;
      readonly host?: string;
    },
  ) {
    this.clock = source.clock;
    this.names = new EventNames(source.clock, source);
  }

  observe(told: EventToRecord): EventWrite | undefined {
    const nowMs = this.clock.now();
    const regarding = referenceTo(told.regarding, told.fieldPath);
    const key = [told.type, told.action ?? '', told.reason, ...Object.values(regarding)].join('\n');
    const before = this.known.get(key);
    if (before !== undefined && nowMs - before.lastMs <= finishMs) {
      before.count++;
      before.lastMs = nowMs;
      noteNewest(this.known, key, before);
      if (before.count > 2) return undefined;
      const series = { count: 2, lastObservedTime: microTime(nowMs) };
      const event = Object.assign({}, before.event, { series });
      return { event, patch: { series } as unknown as KubeObject };
    }
    const event = this.event(told, regarding, nowMs);
    noteNewest(this.known, key, { event, count: 1, lastMs: nowMs });
    forgetOver(this.known, ({ lastMs }) => nowMs - lastMs > finishMs);
    return { event };
  }

  /** How many series are known: those that are over are forgotten. */
  get size(): number {
    return this.known.size;
  }

  private event(told: EventToRecord, regarding: Record<string, string>, nowMs: number): KubeObject {
    const { name = '', namespace } = told.regarding.metadata;
    const { host } = this.source;
    const component = told.component ?? this.source.component;
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: this.names.next(name), namespace: namespace || 'default' },
      eventTime: microTime(nowMs),
      reportingController: component,
      reportingInstance: host ?? `${component}-sim`,
      action: told.action ?? told.reason,
      reason: told.reason,
      regarding,
      ...(told.related && { related: referenceTo(told.related) }),
      note: told.message.slice(0, 1024),
      type: told.type,
    };
  }
}

function microTime(timeMs: number): string {
  return rfc3339Micro(Math.floor(timeMs));
}
