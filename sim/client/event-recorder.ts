/** Tells events about objects, as client-go's recorders do. @upstream client-go/tools/record/event.go */
import type { HasMetadata, KubeObject } from '../api/object.js';
import type { ApiRequest } from '../api/request.js';
import type { Clock } from '../engine/clock.js';
import { fnv32a } from '../engine/hash.js';
import type { Transport } from './contract.js';
import { EventCorrelator } from './event-correlator.js';
import { EventSeries } from './event-series.js';

/** An event to be told. */
export interface EventToRecord {
  readonly regarding: HasMetadata;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** `spec.containers{c}`. */
  readonly fieldPath?: string;
  /** For the events.k8s.io API: what was done (`Binding`, `Scheduling`). */
  readonly action?: string;
  /** For the events.k8s.io API: the other object. */
  readonly related?: HasMetadata;
  /** For the events.k8s.io API: who tells it, where one process speaks for several. Default the recorder's. */
  readonly component?: string;
  /** Of the event itself. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Tells events, without waiting for the answer. */
export interface EventRecorder {
  record(event: EventToRecord): void;
}

/** Where events come from, and how they get to the server. */
export interface RecorderOptions {
  readonly clock: Clock;
  readonly transport: Transport;
  /** The source's component: `deployment-controller`. */
  readonly component: string;
  /** The source's host: the node's name for kubelets. */
  readonly host?: string;
  /** Which API the events are written to. Default core: what all but the scheduler use. */
  readonly api?: 'core' | 'events.k8s.io';
}

/** What is to be written about an event: nothing when it was filtered out. */
export interface EventWrite {
  /** The whole event, to be created. */
  readonly event: KubeObject;
  /** The change of the one that exists; when that has gone, the event is created. */
  readonly patch?: KubeObject;
}

/** Decides what is written about an event that happened. */
export interface EventPolicy {
  observe(event: EventToRecord): EventWrite | undefined;
}

/** How many events may wait to be written; more are dropped, as client-go drops them. */
const pendingMax = 1000;

/** Makes a recorder. Events are written one after another; a refused one is dropped. */
export function createEventRecorder(options: RecorderOptions): EventRecorder {
  const { transport } = options;
  const isCore = (options.api ?? 'core') === 'core';
  const policy: EventPolicy = isCore ? new EventCorrelator(options) : new EventSeries(options);
  const root = isCore ? '/api/v1' : '/apis/events.k8s.io/v1';
  const pending: EventWrite[] = [];
  let isWriting = false;

  const writeNext = (): void => {
    const write = pending.shift();
    isWriting = write !== undefined;
    if (write === undefined) return;
    const { event, patch } = write;
    const collection = `${root}/namespaces/${event.metadata.namespace ?? 'default'}/events`;
    const create: ApiRequest = { method: 'POST', path: collection, body: event };
    if (patch === undefined) return transport.send(create, writeNext);
    const request: ApiRequest = {
      method: 'PATCH',
      path: `${collection}/${event.metadata.name ?? ''}`,
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      body: patch,
    };
    transport.send(request, answer => {
      if (answer.status === 404) transport.send(create, writeNext);
      else writeNext();
    });
  };

  return {
    record(event) {
      const write = policy.observe(event);
      if (write === undefined || pending.length >= pendingMax) return;
      pending.push(write);
      if (!isWriting) writeNext();
    },
  };
}

/** The reference to an object that an event carries. */
export function referenceTo(object: HasMetadata, fieldPath?: string): Record<string, string> {
  const { kind, apiVersion, metadata } = object;
  const { namespace, name, uid, resourceVersion } = metadata;
  const reference: Record<string, string> = {};
  if (kind !== undefined) reference['kind'] = kind;
  if (namespace !== undefined && namespace !== '') reference['namespace'] = namespace;
  if (name !== undefined) reference['name'] = name;
  if (uid !== undefined) reference['uid'] = uid;
  if (apiVersion !== undefined) reference['apiVersion'] = apiVersion;
  if (resourceVersion !== undefined) reference['resourceVersion'] = resourceVersion;
  if (fieldPath !== undefined) reference['fieldPath'] = fieldPath;
  return reference;
}

/** Names events as upstream does: the object's name and the time in nanoseconds, which never repeats here. */
export class EventNames {
  /** The last time in two parts, for a number holds no such count of nanoseconds: the second has 20 bits. */
  private high = 0;
  private low = 0;
  /** Two sources that tell of one object at one instant must not choose one name. */
  private offset: number | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly source: { readonly component: string; readonly host?: string },
  ) {}

  next(objectName: string): string {
    const { component, host = '' } = this.source;
    this.offset ??= fnv32a(`${component} ${host}`) % 1000;
    const micros = Math.floor(this.clock.now() * 1000);
    const upper = Math.floor(micros / lowEnd);
    const rest = (micros - upper * lowEnd) * 1000 + this.offset;
    const high = upper * 1000 + Math.floor(rest / lowEnd);
    const low = rest % lowEnd;
    if (high > this.high || (high === this.high && low > this.low)) this.take(high, low);
    else if (this.low + 1 < lowEnd) this.take(this.high, this.low + 1);
    else this.take(this.high + 1, 0);
    return `${objectName}.${this.high.toString(16)}${this.low.toString(16).padStart(5, '0')}`;
  }

  private take(high: number, low: number): void {
    this.high = high;
    this.low = low;
  }
}

const lowEnd = 2 ** 20;
