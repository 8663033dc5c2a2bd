/** Events as recorders write them: every field that they have says something, and there are no others. */
import type { Event as CoreEvent, EventSource, ObjectReference } from '../../api/kinds/core.js';
import type { Event as EventV1 } from '../../api/kinds/events.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';

/** Whether it is an Event of core/v1 in the namespace in the form in which client-go writes new ones. */
export function isPlainCoreEvent(body: unknown, namespace: string): body is CoreEvent {
  if (typeof body !== 'object' || body === null) return false;
  const event = body as Partial<CoreEvent>;
  const fields = event.reportingInstance === undefined ? 12 : 13;
  return (
    event.kind === 'Event' &&
    event.apiVersion === 'v1' &&
    isPlainMeta(event.metadata, namespace) &&
    isPlainReference(event.involvedObject) &&
    isPlainSource(event.source) &&
    isText(event.reason) &&
    isText(event.message) &&
    isText(event.firstTimestamp) &&
    isText(event.lastTimestamp) &&
    isCount(event.count) &&
    isText(event.type) &&
    isText(event.reportingComponent) &&
    (event.reportingInstance === undefined || isText(event.reportingInstance)) &&
    hasFields(event, fields)
  );
}

/** The same for events.k8s.io/v1. */
export function isPlainEventV1(body: unknown, namespace: string): body is EventV1 {
  if (typeof body !== 'object' || body === null) return false;
  const event = body as Partial<EventV1>;
  const fields = event.related === undefined ? 11 : 12;
  return (
    event.kind === 'Event' &&
    event.apiVersion === 'events.k8s.io/v1' &&
    isPlainMeta(event.metadata, namespace) &&
    isText(event.eventTime) &&
    isText(event.reportingController) &&
    isText(event.reportingInstance) &&
    isText(event.action) &&
    isText(event.reason) &&
    isPlainReference(event.regarding) &&
    (event.related === undefined || isPlainReference(event.related)) &&
    isText(event.note) &&
    isText(event.type) &&
    hasFields(event, fields)
  );
}

function isPlainMeta(metadata: ObjectMeta | undefined, namespace: string): boolean {
  return (
    metadata !== undefined &&
    isText(metadata.name) &&
    metadata.namespace === namespace &&
    hasFields(metadata, 2)
  );
}

const referenceFields = new Set([
  'kind',
  'namespace',
  'name',
  'uid',
  'apiVersion',
  'resourceVersion',
  'fieldPath',
]);

function isPlainReference(reference: ObjectReference | undefined): boolean {
  if (typeof reference !== 'object' || reference === null) return false;
  for (const field in reference) {
    const value: unknown = reference[field as keyof ObjectReference];
    if (!isText(value) || !referenceFields.has(field)) return false;
  }
  return true;
}

function isPlainSource(source: EventSource | undefined): boolean {
  if (typeof source !== 'object' || source === null || !isText(source.component)) return false;
  if (source.host === undefined) return hasFields(source, 1);
  return isText(source.host) && hasFields(source, 2);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}

/** Whether it has so many fields: those that were looked at, and none besides. */
export function hasFields(object: object, expected: number): boolean {
  let count = 0;
  for (const _ in object) count++;
  return count === expected;
}
