/** Counts, combines and drops core events. @upstream client-go/tools/record/events_cache.go */
import type { KubeObject } from '../api/object.js';
import { rfc3339 } from '../api/time.js';
import type { Clock } from '../engine/clock.js';
import {
  EventNames,
  referenceTo,
  type EventPolicy,
  type EventToRecord,
  type EventWrite,
} from './event-recorder.js';
import { TokenBucket } from './token-bucket.js';

/** From the tenth similar event within ten minutes on, they become one. */
const aggregateMaxEvents = 10;
const aggregateIntervalMs = 600_000;
/** A source may tell 25 events about an object at once, and then one in five minutes. */
const spamRate = { perSecond: 1 / 300, burst: 25 };
/** client-go keeps as many entries, the least recently used of which go. */
const cacheEntriesMax = 4096;

interface Observation {
  readonly name: string;
  readonly firstTimestamp: string;
  count: number;
}

interface Aggregate {
  /** Mostly one, which needs no list; and few: a list takes less room than a set. */
  messages: string | string[];
  lastMs: number;
}

/** client-go's EventCorrelator: first combines, then counts, then filters. */
export class EventCorrelator implements EventPolicy {
  private readonly names: EventNames;
  private readonly clock: Clock;
  private readonly aggregates = new Recent<Aggregate>();
  private readonly observations = new Recent<Observation>();
  private readonly buckets = new Recent<TokenBucket>();

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

  observe(event: EventToRecord): EventWrite | undefined {
    const { regarding, type, reason } = event;
    const { kind = '', apiVersion = '', metadata } = regarding;
    const { namespace = '', name = '', uid = '' } = metadata;
    // Joined, a key is one flat string: put together with `+` it would keep its parts beside it. What has
    // a uid is known by it: keys are hashed, so that the rest would only take time.
    const objectKey =
      uid === ''
        ? [kind, namespace, name, uid, apiVersion, type].join('\n')
        : [kind, uid, type].join('\n');
    const groupKey = [objectKey, reason].join('\n');
    const isCombined = this.isOneOfTooMany(groupKey, event.message);
    const message = isCombined ? `(combined from similar events): ${event.message}` : event.message;
    const key = isCombined ? groupKey : [groupKey, event.fieldPath ?? '', event.message].join('\n');
    const write = this.write(event, {
      ...{ key, message, objectName: name, isCombined },
      annotations: event.annotations,
    });
    let bucket = this.buckets.use(objectKey);
    if (bucket === undefined) {
      bucket = new TokenBucket(this.clock, spamRate);
      this.buckets.add(objectKey, bucket);
    }
    return bucket.tryTake() ? write : undefined;
  }

  private isOneOfTooMany(groupKey: string, message: string): boolean {
    const nowMs = this.clock.now();
    const aggregate = this.aggregates.use(groupKey);
    if (aggregate === undefined) {
      this.aggregates.add(groupKey, { messages: message, lastMs: nowMs });
      return false;
    }
    if (nowMs - aggregate.lastMs > aggregateIntervalMs) aggregate.messages = message;
    else addMessage(aggregate, message);
    aggregate.lastMs = nowMs;
    const { messages } = aggregate;
    if (typeof messages === 'string' || messages.length < aggregateMaxEvents) return false;
    messages.shift();
    return true;
  }

  private write(
    { regarding, type, reason, fieldPath }: EventToRecord,
    told: {
      readonly key: string;
      readonly message: string;
      readonly objectName: string;
      readonly isCombined: boolean;
      readonly annotations: EventToRecord['annotations'];
    },
  ): EventWrite {
    const { component, host } = this.source;
    const now = rfc3339(this.clock.now());
    const seen = this.observations.use(told.key);
    const observation: Observation = seen ?? {
      name: this.names.next(told.objectName),
      firstTimestamp: now,
      count: 0,
    };
    observation.count++;
    if (seen === undefined) this.observations.add(told.key, observation);
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        name: observation.name,
        namespace: regarding.metadata.namespace || 'default',
        ...(told.annotations && { annotations: told.annotations }),
      },
      involvedObject: referenceTo(regarding, fieldPath),
      reason,
      message: told.message,
      source: host === undefined ? { component } : { component, host },
      firstTimestamp: observation.firstTimestamp,
      lastTimestamp: now,
      count: observation.count,
      type,
      // client-go makes the combined event anew and forgets who reports it.
      reportingComponent: told.isCombined ? '' : component,
    };
    if (host !== undefined && !told.isCombined) Object.assign(event, { reportingInstance: host });
    if (seen === undefined) return { event };
    const patch = { count: observation.count, lastTimestamp: now, message: told.message };
    return { event, patch: patch as unknown as KubeObject };
  }
}

function addMessage(aggregate: Aggregate, message: string): void {
  const { messages } = aggregate;
  if (typeof messages !== 'string') {
    if (!messages.includes(message)) messages.push(message);
  } else if (messages !== message) aggregate.messages = [messages, message];
}

/** A map that forgets what was not used for longest: which that is, is found out only when it is full. */
class Recent<T> {
  private entries: Map<string, Used<T>> | undefined;
  private uses = 0;
  /** From the one that was used last on: entries as they were when the map was full. */
  private oldest: { readonly key: string; readonly used: number }[] = [];

  /** What is known under the key, which is used by that. */
  use(key: string): T | undefined {
    const known = this.entries?.get(key);
    if (known === undefined) return undefined;
    known.used = this.uses++;
    return known.value;
  }

  /** What was not known under the key. */
  add(key: string, value: T): void {
    const entries = (this.entries ??= new Map<string, Used<T>>());
    entries.set(key, { value, used: this.uses++ });
    if (entries.size > cacheEntriesMax) this.forgetOne(entries);
  }

  private forgetOne(entries: Map<string, Used<T>>): void {
    for (;;) {
      if (this.oldest.length === 0) {
        this.oldest = [...entries]
          .map(([key, { used }]) => ({ key, used }))
          .sort((a, b) => b.used - a.used);
      }
      const next = this.oldest.pop();
      // What was used since then is not the oldest any more.
      if (next === undefined || entries.get(next.key)?.used !== next.used) continue;
      entries.delete(next.key);
      return;
    }
  }
}

interface Used<T> {
  readonly value: T;
  used: number;
}
